import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Intercept } from '../../lib/local/aws/aws-json.ts';
import { bearer, serverIds } from '../support/world.ts';
import { record, sqsEvent, startTriggers } from './trigger-world.ts';
import type { TriggerWorld } from './trigger-world.ts';
import { sampled } from '../support/sample.ts';

/**
 * A record is *good*: its server waits for a PUT; *bad*: neither its connection's items nor the queue can be written; or
 * *poison*: nobody could make anything of it. All batches of one and two records, in every order, and
 * some of three.
 */
type Kind = 'good' | 'bad' | 'poison';

const kinds: readonly Kind[] = ['good', 'bad', 'poison'];
const one = kinds.map((kind) => [kind]);
const two = one.flatMap((batch) => kinds.map((kind) => [...batch, kind]));
const three = two.flatMap((batch) => kinds.map((kind) => [...batch, kind]));
const batches = [...one, ...two, ...sampled(three, 4)].map((batch, number) => ({
  number,
  batch,
  title: batch.join(', '),
}));

const denied = { status: 400, body: { __type: 'AccessDeniedException', message: 'not for you' } };
const failsForBad: Intercept = (operation, body) => {
  const text = JSON.stringify(body);
  const isWrite = text.includes('{"S":"lease"}') || operation.startsWith('SendMessage');
  // the whole name: an id may have bad- in it
  return isWrite && /[sq]-bad-\d/.test(text) ? denied : undefined;
};

const freshIds = serverIds(6 * batches.length);
let world: TriggerWorld;

beforeAll(async () => {
  world = await startTriggers({
    dynamodb: { intercept: failsForBad },
    sqs: { intercept: failsForBad },
  });
});

afterAll(() => world.close());

/** One connection for the good of a batch, one for the bad, a server for each record. */
async function declare(batch: readonly Kind[], name: (kind: Kind) => string): Promise<string[]> {
  for (const kind of new Set(batch)) {
    if (kind === 'poison') continue;
    const token = `trueup/${name(kind)}/token`;
    await world.secrets.write(token, bearer);
    await world.desired.put(name(kind), 'connection', {
      provider: 'barndoor',
      baseUrl: world.barndoor.url,
      auth: { type: 'bearer', token: { secret: token } },
      policy: { mode: 'correct' },
      budget: { requestsPerMinute: 60_000, concurrency: 4 },
    });
  }
  const ids = batch.map(() => freshIds.shift() ?? '');
  for (const [index, kind] of batch.entries()) {
    const id = ids[index] ?? '';
    world.barndoor.add({ id, name: `old ${id}`, slug: id });
    if (kind !== 'poison') {
      await world.desired.put(name(kind), `server#${id}`, { spec: { name: `new ${id}` } });
    }
  }
  return ids;
}

const of = (wanted: readonly Kind[], batch: readonly Kind[], all: readonly string[]) =>
  all.filter((_, index) => wanted.includes(batch[index] as Kind));

/** The good are as declared, the others as they were; and each good one was sent once. */
function expectEffects(batch: readonly Kind[], ids: readonly string[]): void {
  const names = ids.map((id) => world.barndoor.find(id).name);
  expect(names).toEqual(ids.map((id, index) => `${batch[index] === 'good' ? 'new' : 'old'} ${id}`));
  const puts = world.barndoor.requests.filter(
    ({ method, path }) => method === 'PUT' && ids.some((id) => path.endsWith(`/${id}`)),
  );
  expect(puts).toHaveLength(of(['good'], batch, ids).length);
}

describe('the stream', () => {
  test.each(batches)('$number: $title', async ({ batch, number }) => {
    const name = (kind: Kind) => `s-${kind}-${number}`;
    const ids = await declare(batch, name);
    const records = batch.map((kind, index) =>
      kind === 'poison'
        ? record(name(kind), 'no such item', { SequenceNumber: String(index) })
        : record(name(kind), `server#${ids[index]}`, { SequenceNumber: String(index) }),
    );
    const numbers = batch.map((_, index) => String(index));
    expect(await world.stream(records)).toEqual(of(['bad'], batch, numbers));
    await world.pump({ ignoreDelay: true });
    expectEffects(batch, ids);
  });
});

describe('the queue', () => {
  test.each(batches)('$number: $title', async ({ batch, number }) => {
    const name = (kind: Kind) => `q-${kind}-${number}`;
    const ids = await declare(batch, name);
    const dueAt = new Date(world.clock.now()).toISOString();
    const bodies = batch.map((kind, index) =>
      kind === 'poison'
        ? '{"version":1,'
        : { version: 1, connection: name(kind), servers: [ids[index]], reason: 'stream', dueAt },
    );
    const numbers = batch.map((_, index) => `m-${index}`);
    expect(await world.queued(sqsEvent(...bodies))).toEqual(of(['bad', 'poison'], batch, numbers));
    expectEffects(batch, ids);
  });
});
