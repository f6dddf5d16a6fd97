// Jest's transform: Node strips the types itself, so tests run the same text as production.
import { createHash } from 'node:crypto';
import { stripTypeScriptTypes } from 'node:module';

export default {
  process: (source) => ({ code: stripTypeScriptTypes(source) }),
  getCacheKey: (source, path, options) =>
    createHash('sha256')
      .update(process.version)
      .update(options.configString)
      .update(path)
      .update(source)
      .digest('hex'),
};
