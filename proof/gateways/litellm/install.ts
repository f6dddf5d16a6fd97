import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { findPython } from '../python.ts';

/** The version that everything here was found with. */
export const version = '1.105.7';

const cache = resolve(import.meta.dirname, '../../../.cache');
const constraints = join(import.meta.dirname, 'constraints.txt');

/** Prisma's own JavaScript client, whose query compiler is in the package; the stand-in for its query engine needs them. */
const enginePackages = [
  'prisma@6.19.0',
  '@prisma/client@6.19.0',
  '@prisma/adapter-pg@6.19.0',
  'pg@8.16.3',
  'graphql@16.12.0',
];

/** Where Prisma's Python client finds its engines: the stand-in, and a schema engine that has nothing to do. */
export const engineVariables = (folder: string) => ({
  PRISMA_QUERY_ENGINE_BINARY: join(folder, 'engine', 'query-engine'),
  PRISMA_SCHEMA_ENGINE_BINARY: join(folder, 'engine', 'schema-engine'),
  CHECKPOINT_DISABLE: '1',
  PRISMA_HIDE_UPDATE_MESSAGE: '1',
});

/**
 * Installs it at its pinned version into `.cache`, once: LiteLLM from PyPI, and Prisma's JavaScript client from npm. Nothing
 * comes from Prisma's own host: its query engine, which would, is replaced by `query-engine.mjs`.
 *
 * @returns the folder of both
 */
export function installLiteLlm(): string {
  const folder = join(cache, `litellm-${version}`);
  const ready = join(folder, 'ready');
  if (existsSync(ready)) {
    // The stand-in is ours: the one of today.
    copyFileSync(standIn, join(folder, 'engine', 'query-engine.mjs'));
    return folder;
  }
  process.stdout.write(
    `installing LiteLLM ${version} from PyPI and npm into .cache, about 950 MB\n`,
  );
  rmSync(folder, { recursive: true, force: true });
  const engine = join(folder, 'engine');
  mkdirSync(engine, { recursive: true });
  const run = (program: string, args: readonly string[], cwd = folder, env = {}) =>
    execFileSync(program, args, {
      cwd,
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...withoutRules, ...engineVariables(folder), ...anyDatabase, ...env },
    });
  run(findPython('LiteLLM', [3, 10], [3, 13]), ['-m', 'venv', 'venv']);
  const programs = join(folder, 'venv', 'bin');
  const pip = ['-m', 'pip', 'install', '--quiet', '--no-compile', '--disable-pip-version-check'];
  const wanted = ['--constraint', constraints, `litellm[proxy]==${version}`, 'prisma==0.11.0'];
  run(join(programs, 'python'), [...pip, ...wanted]);

  copyFileSync(standIn, join(engine, 'query-engine.mjs'));
  const script = (name: string, text: string) =>
    writeFileSync(join(engine, name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
  script('query-engine', 'exec node "$(dirname "$0")/query-engine.mjs" "$@"');
  script('schema-engine', 'echo "schema-engine-cli 0"');
  writeFileSync(join(engine, 'package.json'), '{"name":"engine","private":true}\n');
  const npm = ['install', '--silent', '--ignore-scripts', '--no-audit', '--no-fund'];
  run('npm', [...npm, ...enginePackages], engine);

  const schema = readFileSync(join(sitePackages(folder), 'litellm/proxy/schema.prisma'), 'utf8');
  const withGenerator = (lines: readonly string[]) =>
    schema.replace(/generator client \{.*?\}/s, () => `generator client {\n${lines.join('\n')}\n}`);
  writeFileSync(
    join(engine, 'schema.prisma'),
    withGenerator([
      'provider = "prisma-client-js"',
      'engineType = "client"',
      'output = "./client"',
    ]),
  );
  writeFileSync(
    join(folder, 'schema.prisma'),
    withGenerator([
      'provider = "prisma-client-py"',
      'recursive_type_depth = -1',
      'binaryTargets = ["native"]',
    ]),
  );
  const generate = ['generate', '--schema', 'schema.prisma'];
  run(join(engine, 'node_modules', '.bin', 'prisma'), generate, engine);
  const PATH = `${programs}:${process.env['PATH'] ?? ''}`;
  run(join(programs, 'prisma'), generate, folder, { PATH, HOME: folder });
  // Last: a part of it must not look installed.
  writeFileSync(ready, '');
  return folder;
}

/** The settings of this repository's npm are not those of another one's packages: Prisma's have install scripts. */
const withoutRules = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^npm_config_.*scripts$/i.test(name)),
);

/** Without an address, Prisma's generator asks for the engine that it would ask through. Nothing connects to it. */
const anyDatabase = { DATABASE_URL: 'postgresql://litellm@127.0.0.1/litellm' };

const standIn = join(import.meta.dirname, 'query-engine.mjs');

export function sitePackages(folder: string): string {
  const print = 'import sysconfig; print(sysconfig.get_path("purelib"))';
  return execFileSync(join(folder, 'venv', 'bin', 'python'), ['-c', print], {
    encoding: 'utf8',
  }).trim();
}
