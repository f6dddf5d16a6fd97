/**
 * `npm run reach`: the files of `lib` and `functions` that a changed row reaches from the trigger to the `PUT`: the
 * deployed handler of the stream, warm, on the embedded world. With `--check` it fails above the limit; `--functions`
 * names the functions.
 *
 * A file is reached if one of its functions was called between the invocation of the handler and the arrival of the `PUT`.
 * What only runs when modules load does not count: the first event has loaded them. The limit is for the files that decide
 * what becomes of the row. The nouns of lib/model, and what is behind a port (table, ledger, lease, secrets, sign-in, HTTP,
 * the Lambda runtime), are counted apart: a reader who follows a row does not have to open them.
 */
import { subscribe } from 'node:diagnostics_channel';
import type { IncomingMessage } from 'node:http';
import { Session, type Profiler } from 'node:inspector';
import { relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { DynamoDBStreamEvent } from 'aws-lambda';
import { lambdaContext } from '../demo/world/lambda-context.ts';
import { startLocalWorld } from './lambda/local-world.ts';

const limit = 35;
const root = resolve(import.meta.dirname, '..');
/** The embedded world is in this process, and is not on the way. */
const onTheWay = /^(lib\/(?!local\/|cli\/)|functions\/)/;

/** Nouns, and what is behind a port. */
const behind =
  /^(lib\/(model|table|ledger|lease|secrets|sign-in|work|gateways\/http|wiring\.ts)|functions\/runtime)/;

const session = new Session();
session.connect();

/** What was called since the last call of this one. The inspector answers in this same tick. */
function takeCoverage(): Profiler.ScriptCoverage[] {
  let taken: Profiler.ScriptCoverage[] = [];
  session.post('Profiler.takePreciseCoverage', (error, { result }) => {
    if (error) throw error;
    taken = result;
  });
  return taken;
}

/** Files with a function that was called since the last call of this one, and the names of those functions. A module's own begins at 0. */
function calledFiles(): Map<string, string[]> {
  const files = new Map<string, string[]>();
  for (const { url, functions } of takeCoverage()) {
    const file = url.startsWith('file:') ? relative(root, fileURLToPath(url)) : '';
    const called = functions.filter(({ ranges }) =>
      ranges.some(({ startOffset, count }) => startOffset > 0 && count > 0),
    );
    const names = called.map(({ functionName }) => functionName || '=>');
    if (onTheWay.test(file) && names.length > 0) files.set(file, [...new Set(names)]);
  }
  return files;
}

async function measure(): Promise<Map<string, string[]>> {
  const { world, environment } = await startLocalWorld();
  const quiet = { POWERTOOLS_LOG_LEVEL: 'SILENT', POWERTOOLS_METRICS_DISABLED: 'true' };
  Object.assign(process.env, environment, quiet);
  const { handler } = await import('../functions/stream.ts');
  const [connection, server] = ['acme', '00000000-0000-4000-8000-000000000000'];
  const item = `server#${server}`;
  const key = { connection: { S: connection }, item: { S: item } };
  const event: DynamoDBStreamEvent = {
    Records: [
      {
        eventName: 'MODIFY',
        dynamodb: {
          SequenceNumber: '1',
          Keys: key,
          NewImage: { ...key, change: { S: 'after' } },
          OldImage: { ...key, change: { S: 'before' } },
        },
      },
    ],
  };
  let reached: Map<string, string[]> | undefined;
  const onRequest = ({ request }: { request: IncomingMessage }) => {
    if (request.method === 'PUT') reached ??= calledFiles();
  };
  const context = () => lambdaContext('trueup-stream', () => 300_000);
  try {
    await handler(event, context());
    await world.desired.put(connection, item, {
      spec: {
        name: 'Salesforce of another name',
        slug: 'server-0',
        client_secret: { secret: `trueup/${connection}/salesforce` },
      },
    });
    subscribe('http.server.request.start', (message) => onRequest(message as never));
    session.post('Profiler.enable');
    session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false });
    takeCoverage(); // starts the counts from zero
    await handler(event, context());
  } finally {
    session.disconnect();
    await world.close();
  }
  if (!reached?.has('functions/stream.ts')) {
    throw new Error('no PUT came from the handler of the stream: nothing was measured');
  }
  return reached;
}

const flag = { type: 'boolean', default: false } as const;
const { values } = parseArgs({ options: { check: flag, functions: flag } });
const files = await measure();
const reached = [...files.keys()].toSorted();
const [deciding, others] = [
  reached.filter((file) => !behind.test(file)),
  reached.filter((file) => behind.test(file)),
];
const say = (text: string) => process.stdout.write(`${text}\n`);
for (const [title, group] of [
  ['Deciding', deciding],
  ['Nouns, and behind a port', others],
] as const) {
  say(`${title}:`);
  for (const file of group) {
    const names = files.get(file) ?? [];
    say(values.functions ? `  ${file}: ${names.join(' ')}` : `  ${file}`);
  }
}
say(
  `\n${reached.length} files from the trigger to the PUT: ${deciding.length} that decide, at most ${limit}; ${others.length} others`,
);
if (values.check && deciding.length > limit) process.exitCode = 1;
