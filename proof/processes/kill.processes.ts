import { expect, test } from '@jest/globals';
import type { PassReport } from '../../lib/model/ledger.types.ts';
import { eachLimited } from '../../lib/pass/limited.ts';
import { reconcile } from '../../lib/pass/reconcile.ts';
import { writeFigures } from '../../scripts/figures.ts';
import { seededRandom } from '../../test/support/seeded-random.ts';
import { outcomesOf } from '../../test/support/world.ts';
import type { Child } from './child.ts';
import { concurrency, pause, startProcessWorld, until } from './process-world.ts';
import type { ProcessWorld, Store } from './process-world.ts';

const fleet = 200;
const kills = 50;
/** Of them, so many before a batch of changes is done: who takes over is killed as well. */
const killsOfBatch = 5;
/** So many connections at a time: while one waits for a dead holder's lease, others work. */
const lanes = 4;
const seed = Number(process.env['TRUEUP_SEED'] ?? Date.now() % 1_000_000);

let world: ProcessWorld;

interface Lane {
  readonly connection: string;
  readonly ids: readonly string[];
  readonly random: () => number;
  child: Promise<Child>;
}

const childFor = (connection: string) => {
  const child = world.start(`${connection} child`);
  // Whoever awaits it is told; until then it is not unhandled.
  child.catch(() => undefined);
  return child;
};

async function openLane(number: number): Promise<Lane> {
  const connection = `kill-${number}`;
  await world.connect(connection);
  const ids = Array.from({ length: fleet }, (_, index) => laneId(number, index));
  for (const id of ids) world.barndoor.add({ id, name: `${id} old`, slug: id, client_id: 'old' });
  return { connection, ids, random: seededRandom(seed + number), child: childFor(connection) };
}

const laneId = (lane: number, index: number) =>
  `00000000-0000-4000-${8000 + lane}-${String(index).padStart(12, '0')}`;

/** Every other server has a field that no answer shows. */
const wanted = (id: string, index: number, round: number) => ({
  name: `${id} ${round}`,
  ...(index % 2 === 0 && { client_id: `client-${round}` }),
});

/** PUTs of a lane's servers since `from` in the vendor's log. */
function putsSince(from: number, { ids }: Lane): Map<string, number> {
  const counts = new Map(ids.map((id) => [id, 0]));
  for (let index = from; index < world.barndoor.requests.length; index += 1) {
    const { method, path = '' } = world.barndoor.requests[index] ?? {};
    const id = path.slice('/api/servers/'.length);
    const before = counts.get(id);
    if (method === 'PUT' && before !== undefined) counts.set(id, before + 1);
  }
  return counts;
}

const sum = (counts: Map<string, number>) => [...counts.values()].reduce((a, b) => a + b, 0);

async function pass(connection: string): Promise<PassReport> {
  await world.untilFree(connection);
  const result = await reconcile({ connection, trigger: 'schedule' }, world.here);
  if (result.kind !== 'done') throw new Error(`the pass of ${connection} was ${result.kind}`);
  return result.report;
}

type Hashes = ReadonlyMap<string, string | undefined>;

async function hashesOf({ connection }: Lane): Promise<Hashes> {
  const { servers } = await world.here.ledger.read(connection);
  return new Map([...servers].map(([id, { contentHash }]) => [id, contentHash]));
}

/** Servers of which a PUT arrived since `from`, and whose ledger item does not say so: in flight at the kill. */
async function openOf(lane: Lane, from: number, before: Hashes): Promise<ReadonlySet<string>> {
  await world.untilFree(lane.connection);
  const { servers } = await world.here.ledger.read(lane.connection);
  const isOpen = (id: string) =>
    servers.get(id)?.intent !== undefined || servers.get(id)?.contentHash === before.get(id);
  return new Set(
    [...putsSince(from, lane)].filter(([id, n]) => n > 0 && isOpen(id)).map(([id]) => id),
  );
}

/** Runs a child and kills it at a random moment of what is left to do. @returns how many PUTs had arrived by then */
async function killOnce(lane: Lane, from: number): Promise<number> {
  const { connection, random } = lane;
  const child = await lane.child;
  const done = sum(putsSince(from, lane));
  // Mostly in the middle of the changes; also while it reads, and while it ends.
  const moment = done + Math.floor(random() * 80) - 8;
  const more = random() * (moment <= done || moment >= fleet ? 80 : 12);
  let over: string | undefined;
  const running = child.pass({ connection, trigger: 'schedule' }).then(
    ({ kind }) => (over = kind),
    (error: unknown) => (over = String(error)),
  );
  await until(() => over !== undefined || sum(putsSince(from, lane)) >= moment);
  if (over !== undefined) expect([connection, over]).toEqual([connection, 'done']);
  await pause(more);
  await child.kill();
  await running;
  lane.child = childFor(connection);
  return sum(putsSince(from, lane));
}

/** 200 changes, the process that makes them killed some times, and a run that nobody kills. */
async function batch(lane: Lane, round: number, done: Done): Promise<void> {
  const { connection, ids } = lane;
  const rows = ids.map((id, index) => ({ id, spec: wanted(id, index, round) }));
  await eachLimited(rows, 8, ({ id, spec }) =>
    world.desired.put(connection, `server#${id}`, { spec }),
  );
  const before = await hashesOf(lane);
  const from = world.barndoor.requests.length;
  const mayRepeat = new Map<string, number>();
  let open: ReadonlySet<string> = new Set();
  for (let kill = 0; kill < killsOfBatch; kill += 1) {
    done.moments.push(await killOnce(lane, from));
    const now = await openOf(lane, from, before);
    const fresh = [...now].filter((id) => !open.has(id));
    done.open.push(fresh.length);
    expect([connection, round, fresh.length <= concurrency]).toEqual([connection, round, true]);
    for (const id of now) mayRepeat.set(id, (mayRepeat.get(id) ?? 0) + 1);
    open = now;
  }
  const about = `${connection}, round ${round}`;
  const report = await pass(connection);
  expect([about, report.state]).toEqual([about, 'ok']);
  const counts = putsSince(from, lane);
  const often = [...counts].filter(([id, count]) => count - 1 > (mayRepeat.get(id) ?? 0));
  expect([about, often]).toEqual([about, []]);
  done.repeated += sum(counts) - fleet;
  const wrong = rows.flatMap(({ id, spec }) => {
    const { name, client_id: clientId } = world.barndoor.find(id);
    const isRight = name === spec.name && (spec.client_id ?? 'old') === clientId;
    return isRight ? [] : [{ id, name, clientId }];
  });
  expect([about, wrong]).toEqual([about, []]);
  await expectWhole(lane, about);
}

/** What is to be printed. */
interface Done {
  readonly moments: number[];
  readonly open: number[];
  repeated: number;
}

/** Every server has its record, nothing of it is open, and another pass finds nothing to do or to write. */
async function expectWhole({ connection, ids }: Lane, about: string): Promise<void> {
  const { servers, resend } = await world.here.ledger.read(connection);
  const open = ids.filter((id) => {
    const record = servers.get(id);
    return !record || record.intent !== undefined || record.settled !== record.contentHash;
  });
  expect([about, servers.size, open, resend.size]).toEqual([about, fleet, [], 0]);
  const again = await pass(connection);
  expect([about, again.vendorCalls.put, outcomesOf(again)]).toEqual([
    about,
    0,
    { assumed: fleet / 2, inSync: fleet / 2 },
  ]);
  expect((await world.here.ledger.read(connection)).servers).toEqual(servers);
  const lease = await world.here.lease.read(connection);
  expect([lease?.owner, lease?.running, lease?.knocked]).toEqual([undefined, undefined, undefined]);
}

test.each<Store>(['DynamoDB', 'SQLite'])(
  `kill -9 in the middle of ${fleet} changes, at ${kills} random moments, state in %s`,
  async (store) => {
    world = await startProcessWorld({ latencyMs: 3 }, {}, store);
    try {
      await killAtRandom(store);
    } finally {
      await world.close();
    }
  },
);

async function killAtRandom(store: Store): Promise<void> {
  const done: Done = { moments: [], open: [], repeated: 0 };
  let written = 0;
  let batches = 0;
  const work = async (number: number) => {
    const lane = await openLane(number);
    let round = 0;
    try {
      while (batches < kills / killsOfBatch) {
        batches += 1;
        round += 1;
        await batch(lane, round, done);
      }
    } finally {
      await lane.child.then(
        (child) => child.kill(),
        () => undefined,
      );
    }
    // Read first, then added: `+= await` would add to what the sum was before another lane's was added.
    const history = (await world.table.query(lane.connection, { prefix: 'history#' })).length;
    written += history;
  };
  const figures = () => {
    const middle = done.moments.filter((puts) => puts > 0 && puts < fleet).length;
    return (
      `Seed ${seed}, ${store}: ${done.moments.length} kills, ${middle} of them between the first and the last PUT; ` +
      `in flight at a kill ${Math.max(...done.open)} at most; repeated ${done.repeated} PUTs in all, ` +
      `of ${batches * fleet} changes; in the history ${written}.`
    );
  };
  try {
    await Promise.all(Array.from({ length: lanes }, (_, number) => work(number)));
  } finally {
    process.stderr.write(`${figures()}\n`);
  }
  expect(done.moments).toHaveLength(kills);
  // A PUT whose sender died before it wrote is found by the next pass, which has nothing to say of who sent it.
  expect(batches * fleet - written).toBeLessThanOrEqual(kills * concurrency);
  if (process.env['TRUEUP_FIGURES'] && store === 'DynamoDB') {
    await writeFigures(process.env['TRUEUP_FIGURES'], 'kills', figures());
  }
}
