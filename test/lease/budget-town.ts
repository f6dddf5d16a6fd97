import { expect } from '@jest/globals';
import { wire } from '../../lib/wiring.ts';
import { startEmbeddedWorld } from '../../demo/world/embedded-world.ts';
import type { EmbeddedWorld } from '../../demo/world/embedded-world.ts';
import type { Dependencies } from '../../lib/pass/dependencies.types.ts';
import { preview } from '../../lib/pass/preview.ts';
import { reconcile } from '../../lib/pass/reconcile.ts';
import { minuteMs } from '../../lib/lease/budget.ts';
import { fullestMinute } from '../support/fullest-minute.ts';
import { httpIdle } from '../support/http-idle.ts';
import { memoryLog } from '../support/log.ts';
import { virtualTime } from '../support/virtual-clock.ts';
import { bearer, connection, serverIds } from '../support/world.ts';

const schedule = { connection, trigger: 'schedule' } as const;
const open: { close: () => unknown }[] = [];

/** To be called after each test. */
export async function closeTowns(): Promise<void> {
  await Promise.all(open.splice(0).map((one) => one.close()));
}

async function startTown(requestsPerMinute: number, servers: number) {
  const idle = httpIdle();
  const time = virtualTime(Date.parse('2026-11-22T12:00:00.000Z'), idle.settled);
  const world = await startEmbeddedWorld({
    clock: time.clock,
    barndoor: { servers: [], tokens: [bearer] },
  });
  open.push(idle, world);
  await world.secrets.write(`trueup/${connection}/token`, bearer);
  await world.desired.put(connection, 'connection', {
    provider: 'barndoor',
    baseUrl: world.barndoor.url,
    auth: { type: 'bearer', token: { secret: `trueup/${connection}/token` } },
    policy: { mode: 'correct', limits: { minimum: 100_000 } },
    budget: { requestsPerMinute, concurrency: 4 },
  });
  const ids = serverIds(servers);
  for (const id of ids) {
    world.barndoor.add({ id, name: `Old ${id}`, slug: id });
    await world.desired.put(connection, `server#${id}`, { spec: { name: `New ${id}` } });
  }
  return { world, time, ids };
}

/** A process of its own, whose clock is not quite the vendor's. */
function processOf(
  { settings, endpoints }: EmbeddedWorld,
  clock: Dependencies['clock'],
  owner: string,
) {
  const wired = wire(settings, memoryLog(), { endpoints, clock, random: () => 0 });
  return { ...wired, owner };
}

/** A process that ends as by `kill -9` once it has written so many servers: nothing of it ever resolves again. */
function mortal(deps: Dependencies, writes: number): Dependencies {
  let left = writes;
  const never = new Promise<never>(() => undefined);
  const unlessDead = <T extends object>(port: T): T =>
    new Proxy(port, {
      get: (target, name) => {
        const method = Reflect.get(target, name) as (...args: unknown[]) => unknown;
        return async (...args: unknown[]) => {
          if (name === 'writeServer') left -= 1;
          if (left < 0) return never;
          const result = await method.apply(target, args);
          return left < 0 ? never : result;
        };
      },
    });
  const { clock } = deps;
  const sleep: typeof clock.sleep = async (ms, signal) => {
    await clock.sleep(ms, signal);
    if (left < 0) await never;
  };
  return {
    ...deps,
    clock: { now: () => clock.now(), sleep },
    ledger: unlessDead(deps.ledger),
    lease: unlessDead(deps.lease),
  };
}

/**
 * A pass that is killed, one that takes over, one more, and a reader beside them: the gateway sees no more than `limit` requests in
 * any minute, and the passes use at least the share `used` of theirs.
 */
export async function busyMinute(limit: number, servers: number, used: number): Promise<void> {
  const { world, time, ids } = await startTown(limit, servers);
  const { barndoor } = world;
  const puts = () => barndoor.requests.filter(({ method }) => method === 'PUT').length;
  const killed = mortal(processOf(world, time.ahead(12_000), 'killed'), servers / 3);
  const taker = processOf(world, time.ahead(-10_000), 'taker');
  const reader = processOf(world, time.ahead(5000), 'reader');
  const last = processOf(world, time.ahead(15_000), 'last');

  let [plans, isOver] = [0, false];
  const read = async () => {
    while (!isOver) {
      await preview(schedule, reader);
      plans += 1;
      // One command that only reads at a time: the next one has a tenth of the budget for itself again.
      await time.clock.sleep(minuteMs);
    }
  };
  const take = async () => {
    for (;;) {
      await time.clock.sleep(20_000);
      const result = await reconcile(schedule, taker);
      if (result.kind === 'done') return result;
    }
  };
  const play = async () => {
    void reconcile(schedule, killed);
    const taken = await take();
    expect(taken.report.counts).toMatchObject({ unreached: 0 });
    const before = puts();
    for (const id of ids) barndoor.edit(id, { name: `Drifted ${id}` });
    const result = await reconcile(schedule, last);
    expect(result).toMatchObject({ kind: 'done', report: { counts: { updated: servers } } });
    isOver = true;
    return before;
  };
  const [, before] = await time.run(Promise.all([read(), play()]));

  // At the kill up to four may have been sent whose records were not written; they have no secrets, and differ no more.
  expect(before).toBe(servers);
  expect(puts()).toBe(2 * servers);
  expect(barndoor.servers.every(({ id, name }) => name === `New ${id}`)).toBe(true);
  expect(plans).toBeGreaterThan(3);
  expect(barndoor.counts.list).toBeGreaterThan(plans);
  const most = fullestMinute(barndoor.requests.map(({ at }) => at));
  expect(most).toBeLessThanOrEqual(limit);
  // Passes use what is theirs.
  expect(most).toBeGreaterThan(used * (limit - limit / 10));
}
