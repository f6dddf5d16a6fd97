/**
 * `npm run invoke -- <function> <event file>`: the function's bundle under AWS's runtime interface client, with one
 * event; `--all` does so with each file of `events/`. With `--plain` under a runtime of a few lines, which needs no build.
 *
 * Without TRUEUP_DESIRED_TABLE it runs on an embedded world, and fails if nothing was sent to the vendor; with it, on
 * what the environment names, in your account.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { bundleFunction, functionNames, type FunctionName } from '../lib/infra/functions/bundle.ts';
import { invokeBundle } from './lambda/invoke-bundle.ts';
import { startLocalWorld } from './lambda/local-world.ts';
import { awsRuntimeClient, plainRuntime, type RuntimeClient } from './lambda/runtime-client.ts';

const say = (line: string) => process.stderr.write(`${line}\n`);

/** The function that a file of `events/` is for, from the beginning of its name. */
function functionOf(file: string): FunctionName | undefined {
  return functionNames.find((name) => basename(file).startsWith(name));
}

function ownEnvironment(): Record<string, string> | undefined {
  if (process.env['TRUEUP_DESIRED_TABLE'] === undefined) return undefined;
  const ours = Object.entries(process.env).filter(([key]) => /^(TRUEUP|AWS)_/.test(key));
  return Object.fromEntries(ours.map(([key, value = '']) => [key, value]));
}

async function invoke(name: FunctionName, file: string, client: RuntimeClient): Promise<void> {
  const own = ownEnvironment();
  const local = own === undefined ? await startLocalWorld() : undefined;
  const place = local ? 'an embedded world, on loopback' : 'what the environment names';
  say(`${name}, ${file}, on ${place}`);
  const folder = mkdtempSync(join(tmpdir(), `trueup-${name}-`));
  try {
    bundleFunction(name, folder);
    const { kind, value } = await invokeBundle({
      name,
      folder,
      event: readFileSync(file, 'utf8'),
      client,
      environment: own ?? local?.environment ?? {},
      log: (text) => process.stderr.write(text),
    });
    process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
    const { batchItemFailures: failures = [] } = (value ?? {}) as { batchItemFailures?: unknown[] };
    if (kind === 'error' || failures.length > 0) process.exitCode = 1;
    const isSent = local?.world.barndoor.requests.some(({ method }) => method === 'PUT');
    if (isSent === false) {
      say(`${name}, ${file}: nothing was sent to the vendor`);
      process.exitCode = 1;
    }
  } finally {
    await local?.world.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { plain: { type: 'boolean', default: false }, all: { type: 'boolean', default: false } },
});
const [wanted, file] = positionals;
const name = functionNames.find((one) => one === wanted);
const files = values.all
  ? readdirSync('events').map((event) => join('events', event))
  : [file].filter((one) => one !== undefined);

if (files.length === 0 || (!values.all && name === undefined)) {
  say(`usage: npm run invoke -- [--plain] ${functionNames.join('|')} events/<file>.json`);
  say('       npm run invoke -- [--plain] --all');
  process.exit(2);
}
const client = values.plain ? plainRuntime : awsRuntimeClient();
say(`runtime: ${client.name}`);
for (const event of files) {
  const target = name ?? functionOf(event);
  if (target === undefined) throw new Error(`${event}: its name begins with no function's`);
  // oxlint-disable-next-line no-await-in-loop -- their logs are read one after the other
  await invoke(target, event, client);
}
