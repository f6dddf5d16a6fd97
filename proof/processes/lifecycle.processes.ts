import { expect, test } from '@jest/globals';
import { approve } from '../../lib/pass/approve.ts';
import { eachLimited } from '../../lib/pass/limited.ts';
import { writeFigures } from '../../scripts/figures.ts';
import { seededRandom } from '../../test/support/seeded-random.ts';
import { bearer } from '../../test/support/world.ts';
import type { Child } from './child.ts';
import { pause, startProcessWorld, until } from './process-world.ts';
import type { ProcessWorld, Store } from './process-world.ts';

/** In CI a few; `npm run proof` asks for 50. */
const kills = Number(process.env['TRUEUP_LIFECYCLE_KILLS'] ?? 6);
/** So many connections at a time: while one waits for a dead holder's lease, others work. */
const lanes = kills > 10 ? 5 : 1;
/** Of each lane, while its servers are created, and again while they are deleted. */
const killsOfPhase = Math.ceil(kills / lanes / 2);
/** More than are asked for between two kills. */
const labelsOfLane = killsOfPhase * 4;
const seed = Number(process.env['TRUEUP_SEED'] ?? Date.now() % 1_000_000);

let world: ProcessWorld;

interface Lane {
  readonly connection: string;
  readonly names: readonly string[];
  readonly random: () => number;
  child: Promise<Child>;
}

/** What is to be printed. */
interface Done {
  kills: number;
  /** Kills that left a label reserved, or with a removal: what became of its request had to be found out. */
  open: number;
  posts: number;
  deletes: number;
}

function childFor(connection: string): Promise<Child> {
  const child = world.start(`${connection} child`);
  // Who awaits it is told; until then it is not unhandled.
  child.catch(() => undefined);
  return child;
}

async function openLane(index: number): Promise<Lane> {
  const connection = `life-${index}`;
  await world.secrets.write(`trueup/${connection}/token`, bearer);
  await world.desired.put(connection, 'connection', {
    provider: 'barndoor',
    baseUrl: world.barndoor.url,
    auth: { type: 'bearer', token: { secret: `trueup/${connection}/token` } },
    policy: {
      mode: 'correct',
      manage: ['update', 'create', 'delete'],
      limits: { updates: '100%', minimum: 10, creates: 1000 },
    },
    budget: { requestsPerMinute: 60_000, concurrency: 4 },
  });
  const names = Array.from({ length: labelsOfLane }, (_, label) => `${connection} ${label}`);
  const random = seededRandom(seed + index);
  return { connection, names, random, child: childFor(connection) };
}

const declare = ({ connection, names }: Lane, more: object) =>
  eachLimited(names, 8, (name) =>
    world.desired.put(connection, `new#${name.replace(' ', '-')}`, {
      // By its name alone, no server is recognised after a lost answer.
      spec: {
        name,
        slug: name.replace(' ', '-'),
        mcp_server_directory_id: '00000000-0000-4000-9000-000000000001',
      },
      ...more,
    }),
  );

/** The names that were asked for by POST, in turn. */
const postsOf = ({ names }: Lane) =>
  world.barndoor.requests.flatMap(({ method, body }): string[] => {
    const { name = '' } = (body ?? {}) as { readonly name?: string };
    return method === 'POST' && names.includes(name) ? [name] : [];
  });

const deletesOf = (ids: readonly string[]) =>
  world.barndoor.requests.flatMap(({ method, path }): string[] => {
    const id = path.slice('/api/servers/'.length);
    return method === 'DELETE' && ids.includes(id) ? [id] : [];
  });

const serversOf = ({ names }: Lane) =>
  world.barndoor.servers.filter(({ name }) => names.includes(name));

const labelsOf = async ({ connection }: Lane) => [
  ...(await world.here.ledger.labels(connection)).values(),
];

const passOf = (child: Child, { connection }: Lane) =>
  child.pass({ connection, trigger: 'schedule' }).then(
    (result) => (result.kind === 'done' ? JSON.stringify(result.report) : result.kind),
    (error: unknown) => String(error),
  );

/** Runs a child and kills it at a random moment of what is left to do. */
async function killOnce(lane: Lane, count: () => number, done: Done): Promise<void> {
  const child = await lane.child;
  const moment = count() + Math.floor(lane.random() * 4);
  const more = lane.random() * 12;
  let isOver = false;
  const running = passOf(child, lane).then(() => (isOver = true));
  await until(() => isOver || count() >= moment);
  await pause(more);
  await child.kill();
  await running;
  lane.child = childFor(lane.connection);
  const left = await labelsOf(lane);
  done.kills += 1;
  if (left.some(({ reservation, binding }) => (binding ? binding.removal : reservation))) {
    done.open += 1;
  }
  await world.untilFree(lane.connection);
}

async function approveHeld({ connection }: Lane): Promise<void> {
  const { ledger, clock } = world.here;
  for (const digest of await ledger.heldDigests(connection)) {
    // oxlint-disable-next-line no-await-in-loop -- one or two
    await approve(connection, digest, { ledger, clock });
  }
}

/** Of at least 0.3 seconds each: longer than settling, and than the backoff of a request that failed on a busy machine. */
const mostPasses = 1000;

/** Passes that are not killed, until all is settled. @throws Error with what is left if it never is */
async function passUntil(lane: Lane, isSo: () => Promise<boolean>): Promise<void> {
  const child = await lane.child;
  const passes: string[] = [];
  while (!(await isSo())) {
    if (passes.length === mostPasses) {
      const left = JSON.stringify({ passes: passes.slice(-3), labels: await labelsOf(lane) });
      throw new Error(`Seed ${seed}: not settled after ${mostPasses} passes: ${left}`);
    }
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    passes.push(await passOf(child, lane));
    // oxlint-disable-next-line no-await-in-loop
    await pause(300);
  }
}

async function live(index: number, done: Done): Promise<void> {
  const lane = await openLane(index);
  await declare(lane, {});
  for (let kill = 0; kill < killsOfPhase; kill += 1) {
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    await killOnce(lane, () => postsOf(lane).length, done);
  }
  await passUntil(lane, async () => {
    // A process that died between the binding and the reservation leaves both, which counts as bound.
    const all = await labelsOf(lane);
    return all.filter(({ binding }) => binding).length === labelsOfLane;
  });
  // Each was asked for once: what a killed process had sent was found, and not sent again.
  expect(postsOf(lane).toSorted()).toEqual(lane.names.toSorted());
  const servers = serversOf(lane);
  expect(servers.map(({ name }) => name).toSorted()).toEqual(lane.names.toSorted());
  const ids = servers.map(({ id }) => id);
  const bound = (await labelsOf(lane)).flatMap(({ binding }) => binding?.id ?? []);
  expect(bound.toSorted()).toEqual(ids.toSorted());

  await declare(lane, { state: 'absent' });
  // It is not approved yet.
  await passUntil(
    lane,
    async () => (await world.here.ledger.heldDigests(lane.connection)).length > 0,
  );
  expect(deletesOf(ids)).toEqual([]);
  await approveHeld(lane);
  for (let kill = 0; kill < killsOfPhase; kill += 1) {
    // oxlint-disable-next-line no-await-in-loop
    await killOnce(lane, () => deletesOf(ids).length, done);
  }
  await passUntil(lane, async () => (await labelsOf(lane)).length === 0);
  expect(serversOf(lane)).toEqual([]);
  expect(deletesOf(ids).toSorted()).toEqual(ids.toSorted());
  expect(postsOf(lane)).toHaveLength(labelsOfLane);
  done.posts += labelsOfLane;
  done.deletes += ids.length;
  await (await lane.child).kill();
}

test.each<Store>(kills > 10 ? ['DynamoDB', 'SQLite'] : ['SQLite'])(
  `kill -9 at ${2 * lanes * killsOfPhase} random moments while servers are created and deleted, state in %s`,
  async (store) => {
    world = await startProcessWorld({ latencyMs: 3 }, {}, store);
    const done: Done = { kills: 0, open: 0, posts: 0, deletes: 0 };
    const figures = () =>
      `Seed ${seed}, ${store}: ${done.kills} kills, ${done.open} of them with a request that was not settled; ` +
      `${done.posts} servers created by one request each, and ${done.deletes} deleted by one each.`;
    try {
      await Promise.all(Array.from({ length: lanes }, (_, index) => live(index, done)));
    } finally {
      process.stderr.write(`${figures()}\n`);
      await world.close();
    }
    expect(done.kills).toBe(2 * lanes * killsOfPhase);
    if (process.env['TRUEUP_FIGURES'] && store === 'DynamoDB') {
      await writeFigures(process.env['TRUEUP_FIGURES'], 'lifecycle-kills', figures());
    }
  },
);
