import { readFileSync } from 'node:fs';

/** Of the package: its `package.json` is two folders up, in the repository as in the package. */
export function version(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { readonly version: string }).version;
}
