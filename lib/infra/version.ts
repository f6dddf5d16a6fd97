import { readFileSync } from 'node:fs';

/**
 * The version in `package.json`, which is two folders up in the repository, and three in the package
 * (`dist/lib/infra`). Not shared with the command line, which is one bundle elsewhere, because this room imports no other.
 */
export function version(): string {
  const { filename, url } = import.meta;
  const place = filename.endsWith('.ts') ? '../../package.json' : '../../../package.json';
  return (JSON.parse(readFileSync(new URL(place, url), 'utf8')) as { readonly version: string })
    .version;
}
