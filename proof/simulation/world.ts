import { barndoorFields } from '../../lib/gateways/barndoor/fields.ts';
import { createOnlyUnits } from '../../lib/model/units.ts';
import { keys } from '../../lib/ledger/keys.ts';
import { accountKey } from '../../lib/model/names/account.ts';
import { createOnlyHash } from '../../lib/pass/read/bound.ts';
import type { JsonObject } from '../../lib/model/json/json.types.ts';
import type { SavedSignIn } from '../../lib/sign-in/saved/saved-sign-in.types.ts';
import { TrueupError } from '../../lib/model/errors/errors.ts';
import { leaseStore } from '../../lib/lease/lease-store.ts';
import { openLedger } from '../../lib/ledger/ledger.ts';
import { StoreError } from '../../lib/model/errors/store-error.ts';
import { openSqliteTable } from '../../lib/table/sqlite/table.ts';
import type { Chance } from './chance.ts';
import { chanceOf } from './chance.ts';
import type { SimEvent } from './events.types.ts';
import { Faults } from './faults.ts';
import { Issuer } from './issuer.ts';
import { chosenIds } from './labels.ts';
import { MessageQueue } from './message-queue.ts';
import type { ConnectionInit, FaultKind, LabelInit, Scenario } from './scenario.types.ts';
import { Scheduler } from './scheduler.ts';
import type { Process } from './scheduler.ts';
import { SecretStore } from './secrets.ts';
import { DesiredRows } from './stores.ts';
import { VendorAccount } from './vendor.ts';

export const start = Date.parse('2026-11-22T12:00:00.000Z');

/** What every port's call can meet. */
const ofEveryPort: ReadonlySet<FaultKind['what']> = new Set([
  'error-before',
  'error-after',
  'slow',
  'crash-before',
  'crash-after',
  'freeze-before',
  'freeze-after',
]);

interface CallOptions<T> {
  /** Whether the client below the port may repeat it. */
  readonly repeatable?: boolean;
  /** What a reader sees of it that is so old. */
  readonly stale?: (ms: number) => T;
}

/** All that processes share: stores, vendors, time, and what goes wrong. */
export class World {
  readonly scenario: Scenario;
  readonly scheduler = new Scheduler(start);
  readonly faults: Faults;
  readonly desired = new DesiredRows(start);
  readonly table = openSqliteTable(':memory:', start);
  readonly ledger = openLedger({
    table: this.table,
    clock: { now: () => this.scheduler.now, sleep: async () => undefined },
    ids: () => this.uuid(),
  });
  readonly lease = leaseStore(this.table);
  /** Digest of the plan that was held last, by connection. */
  readonly newestHeld = new Map<string, string>();
  readonly secrets = new SecretStore();
  readonly signIns = new Map<string, SavedSignIn>();
  readonly issuer: Issuer;
  readonly accounts: ReadonlyMap<string, VendorAccount>;
  readonly queue = new MessageQueue();
  /** Servers that a process created or deleted which had stood still since its last check. */
  readonly late = new Set<string>();
  /** How old the list is that a process reads, by process and connection; absent: as old as it seems. */
  readonly lists = new Map<string, number>();
  /** Connections of which a list was older than it seemed. */
  readonly stale = new Set<string>();
  /** Bytes of the fingerprint key; the current one first. */
  keys: readonly string[] = ['1'];
  readonly #watchers: ((event: SimEvent) => void)[] = [];
  readonly #latency: Chance;
  readonly #random: Chance;
  readonly trace: string[] = [];
  #processes = 0;
  #uuids = 0;

  constructor(scenario: Scenario) {
    chosenIds.clear();
    this.scenario = scenario;
    this.faults = new Faults(scenario.faults);
    this.#latency = chanceOf(scenario.seed, 'latency');
    this.#random = chanceOf(scenario.seed, 'random');
    this.issuer = new Issuer(scenario.connections);
    this.accounts = new Map(
      scenario.connections.map((init) => [
        init.name,
        new VendorAccount(init, start, (token) => this.issuer.isGood(init.name, token)),
      ]),
    );
    for (const init of scenario.connections) {
      const { name, row, servers, labels = [], secrets } = init;
      this.desired.put(start, name, 'connection', row);
      for (const { id, row: server } of servers) {
        if (server) this.desired.put(start, name, `server#${id}`, server);
      }
      for (const one of labels) {
        if (one.row) this.desired.put(start, name, `new#${one.label}`, one.row);
        if (one.othersId !== undefined) void this.#bindOthers(init, one);
      }
      for (const [secret, value] of Object.entries(secrets)) this.secrets.put(start, secret, value);
    }
  }

  /** What another deployment of the same ledger would have left. */
  async #bindOthers(
    { name, row }: ConnectionInit,
    { label, row: server, othersId: id }: LabelInit,
  ): Promise<void> {
    const account = accountKey({ ...row, name } as Parameters<typeof accountKey>[0]);
    const at = new Date(start).toISOString();
    const createOnly = createOnlyHash({
      createOnly: createOnlyUnits(barndoorFields, (server?.['spec'] ?? {}) as JsonObject),
    });
    const binding = { id, account, origin: 'created', stack: 'another', at, createOnly };
    await this.table.put(name, keys.binding(label), binding, 0);
  }

  get now(): number {
    return this.scheduler.now;
  }

  /** Milliseconds from the beginning. */
  get at(): number {
    return this.now - start;
  }

  random = (): number => this.#random.next();

  uuid(): string {
    this.#uuids += 1;
    return `00000000-0000-4000-8000-${String(this.#uuids).padStart(12, '0')}`;
  }

  watch(watcher: (event: SimEvent) => void): void {
    this.#watchers.push(watcher);
  }

  tell(event: SimEvent): void {
    if (event.kind === 'held') this.newestHeld.set(event.connection, event.held.digest);
    for (const watcher of this.#watchers) watcher(event);
  }

  note(text: string): void {
    const { scheduler, at } = this;
    this.trace.push(`${(at / 1000).toFixed(3).padStart(9)} ${scheduler.steps} ${text}`);
  }

  newProcess(kind: string): Process {
    const { clocks } = this.scenario;
    const ahead = clocks[this.#processes % clocks.length] ?? 0;
    this.#processes += 1;
    return this.scheduler.process(`${kind} ${this.#processes}`, ahead);
  }

  kill(process: Process, why: string): void {
    if (!process.alive) return;
    process.alive = false;
    this.note(`${process.name} dies: ${why}`);
    process.onDeath();
  }

  /** Typed errors are the world's; any other is a bug, which no scenario may bring out. */
  failed(process: Process, error: unknown): void {
    this.note(`${process.name} failed: ${String(error)}`);
    if (error instanceof TrueupError) return;
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    this.tell({ kind: 'bug', text });
  }

  freeze(process: Process, ms: number): void {
    process.frozenUntil = Math.max(process.frozenUntil, this.now + ms);
    this.note(`${process.name} stands still for ${ms / 1000} s`);
  }

  latency(low: number, high: number): number {
    const usual = this.#latency.between(low, high);
    return this.#latency.is(0.02) ? usual + this.#latency.between(500, 4000) : usual;
  }

  /** What a process's call of a port meets, and how it ends. It takes effect once its request is there. */
  call<T>(
    process: Process,
    name: string,
    effect: () => Promise<T>,
    { repeatable = false, stale }: CallOptions<T> = {},
  ): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    if (!process.alive) return promise;
    const fault = this.faults.strike(name, this.at, ({ what }) =>
      what === 'repeat' ? repeatable : what === 'stale' ? !!stale : ofEveryPort.has(what),
    );
    if (fault) this.note(`${process.name} ${name}: ${JSON.stringify(fault)}`);
    const what = fault?.what;
    const slow = what === 'slow' ? (fault?.ms ?? 0) : 0;
    const failed = () =>
      new StoreError('store-unavailable', `${name}: the store did not answer`, {});
    const answer = (settle: () => void) =>
      this.scheduler.after(this.latency(1, 15) + slow / 2, settle, process);
    const land = async () => {
      if (what === 'error-before') return answer(() => reject(failed()));
      this.note(`${process.name} ${name}`);
      try {
        if (what === 'repeat') await effect().catch(() => undefined);
        const result = what === 'stale' && stale ? stale(fault?.ms ?? 0) : await effect();
        answer(() => (what === 'error-after' ? reject(failed()) : resolve(result)));
      } catch (error) {
        answer(() => reject(error));
      }
      if (what === 'crash-after') this.kill(process, `after ${name}`);
      if (what === 'freeze-after') this.freeze(process, fault?.ms ?? 0);
      return undefined;
    };
    if (what === 'crash-before') {
      this.kill(process, `before ${name}`);
      return promise;
    }
    const depart = () => this.scheduler.after(this.latency(1, 15) + slow / 2, () => void land());
    if (what === 'freeze-before') {
      this.freeze(process, fault?.ms ?? 0);
      this.scheduler.after(0, depart, process);
    } else {
      depart();
    }
    return promise;
  }
}
