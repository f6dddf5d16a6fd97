import { readFileSync, readdirSync } from 'node:fs';
import fc from 'fast-check';
import { createQueued } from '../../functions/queued.ts';
import { createScheduled } from '../../functions/scheduled.ts';
import { createStream } from '../../functions/stream.ts';
import { quietObservability } from '../../functions/runtime/observability.ts';
import { lambdaContext } from '../../demo/world/lambda-context.ts';
import { TrueupError } from '../../lib/model/errors/errors.ts';
import type { Dependencies } from '../../lib/pass/dependencies.types.ts';
import { namedAtMost } from '../../lib/model/names/named-servers.ts';
import type { WorkMessage } from '../../lib/work/message.ts';
import { connectionNameSchema } from '../../lib/model/names/connection-name.ts';
import { defaultSettings } from '../../lib/lease/settings.types.ts';
import { memoryLog } from '../../test/support/log.ts';
import { edited, editsOf } from './edits.ts';
import { fuzzer, must } from './fuzzer.ts';
import { strangeJson } from './strange.ts';
import { neverOwned } from '../../lib/lease/protocol.ts';
import type { LeaseDecision, LeaseEvent } from '../../lib/lease/protocol.ts';

const names = ['scheduled', 'stream', 'queued'] as const;
type Name = (typeof names)[number];

/** The real payloads; the queue's with what is in its bodies as values, until they are delivered. */
const events = readdirSync('events').map((file): { name: Name; event: unknown } => {
  const event = JSON.parse(readFileSync(`events/${file}`, 'utf8')) as {
    Records?: { body?: string }[];
  };
  const name = names.find((one) => file.startsWith(one)) ?? 'scheduled';
  const opened = event.Records?.map(({ body, ...rest }) => ({
    ...rest,
    ...(body !== undefined && { body: JSON.parse(body) as unknown }),
  }));
  return { name, event: opened ? { ...event, Records: opened } : event };
});

const inputs = fc
  .tuple(
    fc.constantFrom(...events),
    editsOf(strangeJson, 4),
    fc.nat(3_000),
    fc.constantFrom(0, 0, 0, 0, 0, 1, 30),
  )
  .map(([{ name, event }, edits, at, take]) => ({
    name,
    event: delivered(edited(event, edits), at, take),
  }));

/** Bodies of messages are text, maybe cut. */
function delivered(event: unknown, at: number, take: number): unknown {
  const { Records: records, ...rest } = (event ?? {}) as { Records?: unknown };
  if (!Array.isArray(records)) return event;
  const texts = records.map((record: unknown) => {
    if (typeof record !== 'object' || record === null || !('body' in record)) return record;
    if (typeof record.body !== 'object') return record;
    const text = JSON.stringify(record.body);
    return { ...record, body: take === 0 ? text : text.slice(0, at) + text.slice(at + take) };
  });
  return { ...rest, Records: texts };
}

/**
 * Events as nobody should send them. The handlers end, with the failures of their records by id, or with an error of
 * ours; what they understood is with whoever holds the lease or in the queue, each message and knock of a form that the
 * next reader takes, and nothing is dropped without a word.
 */
export const eventFuzzer = (handlers = { createScheduled, createStream, createQueued }) =>
  fuzzer({
    name: 'event',
    what: 'events of the three functions, and bodies of messages: handlers, parsing, what is sent on',
    inputs,
    open: async () => {
      const quiet = quietObservability();
      return {
        check: async ({ name, event }) => {
          const { deps, sent, knocks, log } = busyWorld();
          const world = () => ({ deps, connectionsAtOnce: 2, inlineShare: 1 });
          const context = lambdaContext(`trueup-${name}`, () => 60_000);
          const handle = {
            scheduled: handlers.createScheduled(world, quiet),
            stream: handlers.createStream(() => deps, quiet),
            queued: handlers.createQueued(() => deps, quiet),
          }[name] as (event: unknown, context: unknown) => Promise<unknown>;
          const result = await handle(event, context).catch((error: unknown) => {
            must(
              error instanceof TrueupError,
              `not typed: ${error instanceof Error ? error.stack : String(error)}`,
            );
            must(Object.keys(error.context).length > 0, 'the error names no place');
          });
          for (const message of sent) mustBeMessage(message);
          for (const connection of knocks) must(isName(connection), 'a knock at no connection');
          if (result === undefined || name === 'scheduled') return;
          const { batchItemFailures: failed } = result as {
            batchItemFailures: { itemIdentifier: unknown }[];
          };
          must(
            failed.every(({ itemIdentifier }) => typeof itemIdentifier === 'string'),
            'a failure without an id',
          );
          const { Records: records } = event as { Records: readonly unknown[] };
          const poison = log.lines.filter(
            ({ message }) => message === 'record not understood' || message === 'message failed',
          ).length;
          const ignored = log.lines.filter(({ message }) =>
            /^(?:event ignored|event of another secret|secret moved)$/.test(message),
          ).length;
          const done = sent.length + knocks.length + poison + ignored;
          must(
            records.length === 0 || done > 0 || failed.length > 0 || name === 'stream',
            'an event without a trace',
          );
        },
      };
    },
  });

const isName = (connection: string) => connectionNameSchema.safeParse(connection).success;

function mustBeMessage({ connection, servers, dueAt }: WorkMessage): void {
  must(isName(connection), 'a message for no connection');
  must(
    servers === undefined || (servers.length > 0 && servers.length <= namedAtMost),
    'a message for too many servers',
  );
  must(!Number.isNaN(Date.parse(dueAt)), 'a message that is never due');
}

/** Every connection is owned by another process, so that what a handler understood shows as a knock or a message. */
function busyWorld() {
  const now = Date.parse('2026-11-22T12:00:00Z');
  const log = memoryLog();
  const sent: WorkMessage[] = [];
  const knocks: string[] = [];
  const lease = {
    change: async (connection: string, { kind }: LeaseEvent): Promise<LeaseDecision> => {
      if (kind !== 'knock') return { ok: false, why: 'owned', item: neverOwned };
      knocks.push(connection);
      return { ok: true, item: neverOwned };
    },
  };
  const rows = [
    {
      item: 'server#s1',
      value: { spec: { client_secret: { secret: 'trueup/acme-barndoor/salesforce' } } },
    },
  ];
  const deps = {
    desired: {
      connections: async function* () {
        yield* ['acme-barndoor', 'globex'];
      },
      rows: async () => rows,
      countServers: async () => 1,
    },
    ledger: { lastReport: async () => undefined },
    lease,
    queue: {
      send: async (messages: readonly { message: WorkMessage }[]) =>
        void sent.push(...messages.map(({ message }) => message)),
    },
    clock: { now: () => now, sleep: async () => undefined },
    random: () => 0,
    uuid: () => 'w',
    log,
    settings: defaultSettings,
    secretPrefix: 'trueup',
    owner: 'function',
  } as unknown as Dependencies;
  return { deps, sent, knocks, log };
}
