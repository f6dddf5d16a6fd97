import type { Scope } from '../../lib/lease/scope.ts';
import type { SimEvent } from './events.types.ts';
import type { Findings, Oracle } from './oracle.ts';
import type { PassReadings, Reading } from './pass-readings.ts';
import type { World } from './world.ts';

interface Knock {
  readonly connection: string;
  /** When it began to ask. */
  readonly since: number;
  readonly by: string;
  /** What of it no pass has served yet. */
  left: Scope;
}

/**
 * Nothing lost: whatever a knock asks for is served by a pass that began to read after it, or stands in the lease item or
 * in a message, at each moment at which the lease is freed.
 */
export class LostOracle implements Oracle {
  readonly #world: World;
  readonly #found: Findings;
  readonly #readings: PassReadings;
  #knocks: Knock[] = [];
  /** Passes that came to an end, by connection. */
  readonly #passes = new Map<string, readonly Pick<Reading, 'ids' | 'readAt'>[]>();

  constructor(world: World, found: Findings, readings: PassReadings) {
    this.#world = world;
    this.#found = found;
    this.#readings = readings;
  }

  see(event: SimEvent): void {
    if (event.kind === 'acknowledged') {
      const { connection, process, ids, since } = event;
      this.#found.looked('nothing-lost: knocks');
      const left: Scope = ids ? new Set(ids) : 'all';
      this.#knocks.push({ connection, since, by: process.name, left });
      for (const { ids: read, readAt } of this.#passes.get(connection) ?? []) {
        this.#served(connection, read, readAt);
      }
      void this.#look(connection);
    } else if (event.kind === 'report') {
      const reading = this.#readings.of(event.process, event.connection);
      if (!reading) return;
      const { ids, readAt } = reading;
      const passes = this.#passes.get(event.connection) ?? [];
      this.#passes.set(event.connection, [...passes, { ids, readAt }]);
      this.#served(event.connection, ids, readAt);
    } else if (event.kind === 'saved' && event.released) {
      void this.#look(event.connection);
    }
  }

  #served(connection: string, ids: readonly string[] | undefined, readAt: number): void {
    this.#knocks = this.#knocks.flatMap((knock) => {
      if (knock.connection !== connection || readAt < knock.since) return [knock];
      if (ids === undefined) return [];
      if (knock.left === 'all') return [knock];
      const left = new Set([...knock.left].filter((id) => !ids.includes(id)));
      return left.size === 0 ? [] : [{ ...knock, left }];
    });
  }

  async #look(connection: string): Promise<void> {
    const item = await this.#world.lease.read(connection);
    const asked: Scope[] = [item?.running, item?.knocked].flatMap((scope) => scope ?? []);
    const sent = [...this.#world.queue.messages, ...this.#world.queue.dead].flatMap(
      ({ work }): Scope[] =>
        work?.connection === connection ? [work.servers ? new Set(work.servers) : 'all'] : [],
    );
    const all = [...asked, ...sent];
    const isThere = (id: string) => all.some((scope) => scope === 'all' || scope.has(id));
    const isFree = item?.expiresAt === undefined;
    for (const knock of this.#knocks.filter((one) => one.connection === connection)) {
      // A holder at work may have it in memory: what it took over stands in `running`, too.
      this.#found.looked('nothing-lost: checks that a request was served');
      const { left } = knock;
      const isKept = left === 'all' ? all.includes('all') : [...left].every(isThere);
      if (isKept || !isFree) continue;
      const what = left === 'all' ? 'all servers' : [...left].join();
      this.#found.wrong(
        'nothing-lost',
        `${knock.by} knocked for ${what} of ${connection}, the lease is free, and nobody will serve it`,
      );
      this.#knocks = this.#knocks.filter((one) => one !== knock);
    }
  }
}
