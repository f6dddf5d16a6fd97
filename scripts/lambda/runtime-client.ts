import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';

/** A program that runs a handler: the file to start, and whose it is. */
export interface RuntimeClient {
  readonly file: string;
  readonly name: string;
}

const version = '4.0.2';
const root = resolve(import.meta.dirname, '../..');
// Not beneath node_modules: after `npm ci` it would have to be built again.
const folder = join(root, '.cache', `aws-lambda-ric-${version}`);

/** The short runtime: starts at once, but is not AWS's. */
export const plainRuntime: RuntimeClient = {
  file: join(import.meta.dirname, 'plain-runtime.ts'),
  name: "a runtime of a few lines (scripts/lambda/plain-runtime.ts), not AWS's own",
};

/**
 * AWS's runtime interface client, as it runs in Lambda. It is native code that is built at first use, for about a minute;
 * so it is not a dependency, and only its own install script runs.
 *
 * @throws Error that says what is missing, if it cannot be built here
 */
export function awsRuntimeClient(): RuntimeClient {
  const file = join(folder, 'node_modules/aws-lambda-ric/index.mjs');
  const client = { file, name: `aws-lambda-ric ${version}` };
  if (existsSync(join(folder, 'built'))) return client;
  if (process.platform !== 'linux') {
    throw new Error(
      `${client.name} is built on Linux only; --plain takes a runtime of a few lines`,
    );
  }
  const lacking = missingTools(process.env['PATH'] ?? '');
  if (lacking.length > 0) {
    throw new Error(
      `${client.name} has to be built, and there is no ${lacking.join(', no ')}: on Debian and Ubuntu ` +
        '`apt-get install build-essential cmake python3 xz-utils`',
    );
  }
  process.stdout.write(`building ${client.name} in ${folder}, about a minute\n`);
  build();
  return client;
}

/** Programs that its build starts, with the names that each may have. */
const tools: readonly (readonly string[])[] = [
  ['cmake', 'cmake3'],
  ['make'],
  ['cc', 'gcc', 'clang'],
  ['c++', 'g++', 'clang++'],
  ['python3', 'python'],
  ['tar'],
  ['xz'],
];

/** Tools of the build that are not in PATH, by their usual names. */
export function missingTools(path: string): readonly string[] {
  const folders = path.split(delimiter).filter((one) => one !== '');
  const isThere = (name: string) => folders.some((one) => existsSync(join(one, name)));
  return tools.filter((names) => !names.some(isThere)).map(([name = '']) => name);
}

function build(): void {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const dependencies = { 'aws-lambda-ric': version };
  const allowScripts = { 'aws-lambda-ric': true };
  const own = { private: true, dependencies, allowScripts };
  writeFileSync(join(folder, 'package.json'), JSON.stringify(own));
  const install = ['install', '--no-audit', '--no-fund', '--loglevel=error'];
  const { status, stdout, stderr } = spawnSync('npm', install, {
    cwd: folder,
    encoding: 'utf8',
    timeout: 10 * 60_000,
  });
  if (status !== 0) throw new Error(`npm could not build it:\n${stdout}\n${stderr}`.slice(-4000));
  writeFileSync(join(folder, 'built'), '');
}
