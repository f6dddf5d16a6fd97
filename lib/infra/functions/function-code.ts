import { join } from 'node:path';
import { AssetHashType, DockerImage } from 'aws-cdk-lib';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { bundleFunction, functionsFolder, type FunctionName } from './bundle.ts';

/** What Lambda calls in the bundle. */
export const handler = 'index.handler';

/**
 * The code of a function. In the repository, where this file is TypeScript, it is bundled here; in the package the built
 * bundle is in `functions/<name>`.
 */
export function functionCode(name: FunctionName): Code {
  if (!import.meta.filename.endsWith('.ts')) return Code.fromAsset(join(functionsFolder, name));
  return Code.fromAsset(functionsFolder, {
    assetHashType: AssetHashType.OUTPUT,
    bundling: {
      // Never pulled: the local bundler always succeeds or throws.
      image: DockerImage.fromRegistry('scratch'),
      command: ['esbuild', name],
      local: {
        tryBundle: (outFolder) => {
          bundleFunction(name, outFolder);
          return true;
        },
      },
    },
  });
}
