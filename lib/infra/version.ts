import { readFileSync } from 'node:fs';

/** Of the package: its `package.json` is two folders up in the repository, and three in the package, from `dist/lib/infra`. */
export function version(): string {
  const { filename, url } = import.meta;
  const place = filename.endsWith('.ts') ? '../../package.json' : '../../../package.json';
  return (JSON.parse(readFileSync(new URL(place, url), 'utf8')) as { readonly version: string })
    .version;
}
