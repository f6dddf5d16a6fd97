/**
 * Generates the parts of docs/ and schemas/ that come from the code: the page of the commands, the tables of the configuration and of
 * each gateway, the JSON Schemas. `--check` writes nothing, and fails if a file differs from what would be written.
 */
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { jsonSchemas } from '../lib/cli/schemas/json-schemas.ts';
import { commandsPage } from './docs/commands-page.ts';
import { configurationTables } from './docs/configuration-tables.ts';
import { environmentPage } from './docs/environment-page.ts';
import { gatewayTables } from './docs/gateway-tables.ts';
import { replaceFigures } from './figures.ts';

const root = resolve(import.meta.dirname, '..');
/** Folders that are generated as a whole: other files in them are deleted. */
const folders = ['schemas'];

async function made(): Promise<ReadonlyMap<string, string>> {
  const written = [['docs/configuration.md', configurationTables()] as const, ...gatewayTables()];
  const filled = written.map(([path, tables]) => [path, withTables(path, tables)] as const);
  const pages = [
    ['docs/commands.md', await commandsPage()] as const,
    ['docs/environment.md', environmentPage()] as const,
    ...filled,
  ];
  const options = await resolveConfig(join(root, 'docs/configuration.md'));
  const formatted = pages.map(
    async ([path, page]) => [path, await format(page, { ...options, parser: 'markdown' })] as const,
  );
  const schemas = [...jsonSchemas()].map(([name, schema]) => [`schemas/${name}`, schema] as const);
  return new Map([...(await Promise.all(formatted)), ...schemas]);
}

/** A page that a person wrote, with what is between its marks made from the code. */
function withTables(path: string, tables: ReadonlyMap<string, string>): string {
  return [...tables].reduce(
    (whole, [name, markdown]) => replaceFigures(whole, name, markdown),
    readFileSync(join(root, path), 'utf8'),
  );
}

function inFolders(): readonly string[] {
  return folders.flatMap((folder) => {
    mkdirSync(join(root, folder), { recursive: true });
    return readdirSync(join(root, folder)).map((name) => `${folder}/${name}`);
  });
}

function isAsMade(path: string, text: string): boolean {
  try {
    return readFileSync(join(root, path), 'utf8') === text;
  } catch {
    return false;
  }
}

const files = await made();
const stale = [...files].filter(([path, text]) => !isAsMade(path, text)).map(([path]) => path);
const left = inFolders().filter((path) => !files.has(path));
if (process.argv.includes('--check')) {
  for (const path of [...stale, ...left])
    process.stdout.write(`${path}: \`npm run docs\` changes it\n`);
  process.exitCode = stale.length + left.length > 0 ? 1 : 0;
} else {
  for (const path of left) rmSync(join(root, path));
  for (const path of stale) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), files.get(path) ?? '');
  }
  process.stdout.write(`docs: ${files.size} files made, ${stale.length + left.length} changed\n`);
}
