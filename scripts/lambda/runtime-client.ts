import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** A program that runs a handler: the file to start, and whose it is. */
export interface RuntimeClient {
  readonly file: string;
  readonly name: string;
}

const version = '4.0.2';
const root = resolve(import.meta.dirname, '../..');
const folder = join(root, 'node_modules/.cache/trueup', `aws-lambda-ric-${version}`);

/** The runtime of a few lines: starts at once, and is not AWS's. */
export const plainRuntime: RuntimeClient = {
  file: join(import.meta.dirname, 'plain-runtime.ts'),
  name: "a runtime of a few lines (scripts/lambda/plain-runtime.ts), not AWS's own",
};

/**
 * AWS's runtime interface client, as it runs in Lambda. It is native code that npm builds with cmake, a C++ compiler and
 * Python, for about a minute at first use; so it is no dependency, and its install script runs for it alone.
 *
 * @throws Error if it cannot be built here
 */
export function awsRuntimeClient(): RuntimeClient {
  const file = join(folder, 'node_modules/aws-lambda-ric/index.mjs');
  const client = { file, name: `aws-lambda-ric ${version}` };
  if (existsSync(join(folder, 'built'))) return client;
  process.stdout.write(`building aws-lambda-ric ${version} in ${folder}, about a minute\n`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const dependencies = { 'aws-lambda-ric': version };
  const allowScripts = { 'aws-lambda-ric': true };
  writeFileSync(
    join(folder, 'package.json'),
    JSON.stringify({ private: true, dependencies, allowScripts }),
  );
  execFileSync('npm', ['install', '--no-audit', '--no-fund', '--silent'], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'inherit'],
    timeout: 10 * 60_000,
  });
  writeFileSync(join(folder, 'built'), '');
  return client;
}
