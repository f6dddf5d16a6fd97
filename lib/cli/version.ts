import { readFileSync } from 'node:fs';

/** The version in `package.json`, which is two folders up in both the repository and the package. */
export function version(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { readonly version: string }).version;
}
