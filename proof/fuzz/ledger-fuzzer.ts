import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { leaseStore } from '../../lib/lease/lease-store.ts';
import { openLedger } from '../../lib/ledger/ledger.ts';
import { dynamoDbTable } from '../../lib/table/dynamodb/table.ts';
import { StoreError } from '../../lib/model/errors/store-error.ts';
import { answeringDynamo, strangeValue, wireItem } from './dynamo.ts';
import { edited, editsOf } from './edits.ts';
import { fuzzer, must } from './fuzzer.ts';
import { kept, mustBeLease, mustReadLedger } from './kept.ts';

const { server, pause, report, change, plan, hashes, lease, now } = kept;
const ttl = now / 1000 + 3_600;
const { id: _id, ...record } = server;

/** All items of a connection; bodies that are stored as text or compressed are values until they are written. */
const items = [
  { item: 'server#s1', ...record, writeId: 'w' },
  { item: 'server#s2', ...record, packed: new Uint8Array() },
  { item: 'pause', ...pause },
  { item: 'pause#s1', ...pause },
  { item: 'resend#s1', marks: ['m1', 'm2'], rev: 1, writeId: 'w' },
  { item: 'pass#last', report, ttl },
  { item: 'pass#20261122T115500000Z', report, ttl },
  { item: 'history#20261122T115500000Z', record: change, ttl },
  { item: 'held#d1', at: report.startedAt, plan, hashes, parts: 1, ttl },
  {
    item: 'approval#20261122T115500000Z#d1',
    at: report.startedAt,
    by: 'ann',
    hashes,
    ttl,
  },
  { item: 'lease', ...lease, knocked: ['s1'], running: 'all', rev: 4, writeId: 'w' },
];

/** As it is stored: reports and records as text, plans compressed, hashes as bytes. */
function stored(value: unknown): readonly { item: string }[] {
  const {
    item,
    report: text,
    record: done,
    plan: whole,
    hashes: list,
    packed,
    ...rest
  } = value as Record<string, unknown>;
  if (typeof item !== 'string') return [];
  const asText = (one: unknown) => (typeof one === 'object' ? JSON.stringify(one) : one);
  return [
    {
      ...rest,
      item,
      ...(text !== undefined && { report: asText(text) }),
      ...(done !== undefined && { record: asText(done) }),
      ...(whole !== undefined && { plan: compressed(whole) }),
      ...(list !== undefined && {
        hashes: isTexts(list) ? Buffer.from(list.join(''), 'hex') : list,
      }),
      ...(packed !== undefined && {
        packed: compressed({ applied: rest['applied'], undecided: {}, normalised: {} }),
      }),
    },
  ];
}

const isTexts = (list: unknown): list is string[] =>
  Array.isArray(list) && list.every((one) => typeof one === 'string');

function compressed(body: unknown): unknown {
  return typeof body === 'object' ? gzipSync(JSON.stringify(body)) : body;
}

/** One of the items, as it is or with strange values in it. */
const one = fc.nat(items.length - 1).chain((at) =>
  fc.record({
    at: fc.constant(at),
    item: fc.oneof(
      { weight: 1, arbitrary: fc.constant(items[at] as unknown) },
      { weight: 3, arbitrary: editsOf(strangeValue, 3).map((edits) => edited(items[at], edits)) },
    ),
  }),
);

/** Items of the ledger as another version, or somebody's own tool, may leave them. */
export const ledgerFuzzer = (read = mustReadLedger) =>
  fuzzer({
    name: 'ledger',
    what: 'items of the table Ledger: records, pauses, marks, reports, held plans, the lease',
    inputs: fc.record({
      items: fc
        .uniqueArray(one, { maxLength: 4, selector: ({ at }) => at })
        .map((some) => some.map(({ item }) => item)),
      status: fc.constantFrom(...Array.from({ length: 30 }, () => 200), 400, 500),
    }),
    open: async () => {
      const dynamo = answeringDynamo();
      const clock = { now: () => now, sleep: async () => undefined };
      const options = { client: dynamo.client, table: 'Ledger', clock };
      const table = dynamoDbTable(options);
      const ledger = openLedger({ table, clock });
      const leases = leaseStore(table);
      return {
        check: async (input) => {
          const rows = input.items.flatMap((item) =>
            typeof item === 'object' && item !== null && !Array.isArray(item) ? stored(item) : [],
          );
          dynamo.answer(
            ({ target, body }) => answerTo(target, new TextDecoder().decode(body), rows),
            input.status,
          );
          await read(ledger);
          const found = await leases.read('acme').catch((error: unknown) => {
            must(error instanceof StoreError, `not typed: ${String(error)}`);
          });
          if (found) mustBeLease(found);
        },
        close: dynamo.close,
      };
    },
  });

/** As DynamoDB answers these calls. */
function answerTo(target: string, body: string, rows: readonly { item: string }[]): unknown {
  const request = JSON.parse(body) as {
    Key?: { item: { S: string } };
    ExpressionAttributeValues?: Record<string, { S?: string }>;
  };
  if (target.endsWith('GetItem')) {
    const found = rows.find(({ item }) => item === request.Key?.item.S);
    return found ? { Item: wireItem({ connection: 'acme', ...found }) } : {};
  }
  const texts = Object.entries(request.ExpressionAttributeValues ?? {}).flatMap(
    ([name, { S: text }]) => (name === ':connection' || text === undefined ? [] : [text]),
  );
  const [from = '', to] = texts;
  const inRange = ({ item }: { item: string }) =>
    to === undefined ? item.startsWith(from) : item >= from && item <= to;
  return { Items: rows.filter(inRange).map((row) => wireItem({ connection: 'acme', ...row })) };
}
