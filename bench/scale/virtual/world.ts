import { createSecretKey } from 'node:crypto';
import { chanceOf } from '../../../proof/simulation/chance.ts';
import { Scheduler } from '../../../proof/simulation/scheduler.ts';
import { createProviders } from '../../../lib/gateways/gateways.ts';
import { createHttpClient } from '../../../lib/gateways/http/client.ts';
import { openLedger } from '../../../lib/ledger/ledger.ts';
import { defaultSettings } from '../../../lib/lease/settings.types.ts';
import type { FingerprintKeys } from '../../../lib/model/fingerprint.types.ts';
import { StoreError } from '../../../lib/model/errors/store-error.ts';
import { openSqliteTable } from '../../../lib/table/sqlite/table.ts';
import { parsedConnection, seedServers } from '../../world/seed.ts';
import { latencyOf } from '../latencies.ts';
import { VirtualGateway, hostOf } from './gateway.ts';
import { VirtualQueue } from './queue.ts';

/** A connection of so many servers. */
export interface FleetConnection {
  readonly name: string;
  readonly servers: number;
}

export const start = Date.parse('2026-11-22T12:00:00.000Z');

/** As the SDK repeats what was throttled, and as Trueup sets it. */
const attemptsAtMost = 4;
const throttledMs = 500;

/** So many calls a second; what was not used is kept for a second. */
export class RateQuota {
  readonly #limit: number;
  #left: number;
  #at = start;

  constructor(limit: number) {
    this.#limit = limit;
    this.#left = limit;
  }

  take(now: number): boolean {
    this.#left = Math.min(this.#limit, this.#left + ((now - this.#at) / 1000) * this.#limit);
    this.#at = now;
    if (this.#left < 1) return false;
    this.#left -= 1;
    return true;
  }
}

/** Tables, secrets, queue and gateways in memory, in virtual time: each call takes what such a call takes, and is counted. */
export class VirtualWorld {
  readonly scheduler = new Scheduler(start);
  readonly clock = this.scheduler.process('function', 0).clock;
  readonly table = openSqliteTable(':memory:', start);
  readonly queue = new VirtualQueue(this.scheduler);
  readonly gateway: VirtualGateway;
  /** By operation. */
  calls: Record<string, number> = {};
  readonly fleet: ReadonlyMap<string, FleetConnection>;
  /** Which declaration of its servers a connection has: another one has other names. */
  readonly rounds = new Map<string, number>();
  /** By operation; none unless a run is about them. */
  readonly quotas = new Map<string, RateQuota>();
  readonly keys: FingerprintKeys = {
    current: { id: '1', key: createSecretKey(Buffer.from('k'.repeat(64))) },
    previous: [],
  };
  readonly #chance = chanceOf(1, 'latency');
  readonly random = () => this.#chance.next();
  readonly http;

  constructor(fleet: readonly FleetConnection[]) {
    this.fleet = new Map(fleet.map((one) => [one.name, one]));
    this.gateway = new VirtualGateway(this);
    this.http = createHttpClient({
      hosts: {
        allowed: fleet.map(({ name }) => ({ provider: 'barndoor', hostname: hostOf(name) })),
        trustDocumentedHosts: false,
      },
      clock: this.clock,
      random: this.random,
      timeoutMs: defaultSettings.attemptMs,
      wire: this.gateway.wire,
    });
  }

  get now(): number {
    return this.scheduler.now;
  }

  /** The ledger as Trueup leaves it once all servers are as declared. */
  async seed(): Promise<void> {
    const providers = createProviders(this.http);
    const provider = providers.get('barndoor');
    if (!provider) throw new Error('there is no provider barndoor');
    const ledger = openLedger({ table: this.table, clock: this.clock });
    const at = new Date(start).toISOString();
    for (const { name, servers } of this.fleet.values()) {
      const connection = parsedConnection(name, `https://${hostOf(name)}`, providers);
      for (const { record } of seedServers(connection, servers, provider, this.keys, at)) {
        // oxlint-disable-next-line no-await-in-loop -- a preparation
        await ledger.writeServer(name, { ...record, rev: 0 });
      }
    }
  }

  count(operation: string): void {
    this.calls[operation] = (this.calls[operation] ?? 0) + 1;
  }

  /** Milliseconds that a call takes this time. */
  latency(operation: string): number {
    return latencyOf(operation, this.random);
  }

  /**
   * One call: it takes effect, and is answered, when its time is over. Above a quota it is refused, and repeated as the SDK
   * does.
   */
  async call<T>(operation: string, effect: () => T | Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      this.count(operation);
      // oxlint-disable-next-line no-await-in-loop -- one attempt after the other
      await this.wait(this.latency(operation));
      const quota = this.quotas.get(operation);
      if (!quota || quota.take(this.now)) return effect();
      this.count(`throttled ${operation}`);
      if (attempt >= attemptsAtMost) {
        const context = { call: operation, store: 'AWS' };
        throw new StoreError('store-throttled', `${operation} was throttled`, { context });
      }
      // oxlint-disable-next-line no-await-in-loop
      await this.wait(this.random() * throttledMs * 2 ** (attempt - 1));
    }
  }

  wait(ms: number): Promise<void> {
    return this.clock.sleep(ms);
  }

  close(): void {
    this.table.close();
  }
}
