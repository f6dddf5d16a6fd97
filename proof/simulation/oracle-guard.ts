import { isJsonObject } from '../../lib/model/json/json.ts';
import {
  canonical,
  isReference,
  ownedLeaves,
  policyOf,
  rowAt,
  valueAt,
  wanted,
} from './declared.ts';
import { itemOf } from './labels.ts';
import type { Deployment } from './deployment.ts';
import type { SimEvent, VendorCall } from './events.types.ts';
import type { Findings, Oracle } from './oracle.ts';
import { isAttended } from './pass-readings.ts';
import type { PassReadings } from './pass-readings.ts';
import { formOf } from './vendor-quirks.ts';
import { start } from './world.ts';
import type { World } from './world.ts';

const hourMs = 60 * 60_000;

interface Changed {
  readonly id: string;
  readonly at: number;
}

/**
 * No harm, the guard: of a connection that is large enough no more servers change at the vendor within any hour than its
 * limit says, but for what was approved. And the same plan is held under the same digest.
 */
export class GuardOracle implements Oracle {
  readonly #world: World;
  readonly #found: Findings;
  readonly #readings: PassReadings;
  readonly #deployment: Deployment;
  /** What changed at the vendor, by connection. */
  readonly #changed = new Map<string, Changed[]>();
  readonly #guarded = new Set<VendorCall>();
  readonly #digests = new Map<string, string>();
  /** Servers of each plan that was held. */
  readonly #plans = new Map<string, ReadonlySet<string>>();
  readonly #approved = new Map<string, Set<string>>();

  constructor(world: World, found: Findings, readings: PassReadings, deployment: Deployment) {
    this.#world = world;
    this.#found = found;
    this.#readings = readings;
    this.#deployment = deployment;
  }

  see(event: SimEvent): void {
    if (event.kind === 'held') {
      this.#held(event);
    } else if (event.kind === 'approved') {
      const { connection, digest } = event;
      const approved = this.#approved.get(connection) ?? new Set();
      this.#approved.set(connection, approved.add(digest));
    } else if (event.kind === 'vendor' && event.call.operation === 'put') {
      if (event.phase === 'called' && this.#isGuarded(event.call)) this.#guarded.add(event.call);
      if (event.phase === 'landed') this.#landed(event.call);
    }
  }

  /** The vendor did it: it counts from when it was asked, whatever it answers and whoever dies. */
  #landed(call: VendorCall): void {
    const { connection, id = '', before, after, calledAt: at } = call;
    if (!this.#guarded.has(call) || canonical(before) === canonical(after)) return;
    const all = [...(this.#changed.get(connection) ?? []), { id, at }];
    this.#changed.set(connection, all);
    const limits = this.#limits(connection);
    if (!limits) return;
    const within = all.filter((one) => one.at > at - hourMs && one.at <= at);
    const changed = new Set(within.map((one) => one.id));
    this.#found.looked('no-harm: changes that the guard counts');
    if (changed.size <= limits.atMost) return;
    this.#found.wrong(
      'no-harm',
      `${changed.size} servers of ${connection} changed within an hour, where ${limits.atMost} may be`,
    );
  }

  /** The most that its limits have allowed in this run; undefined if they did not always hold. */
  #limits(connection: string): { atMost: number } | undefined {
    const items = this.#world.desired.rows.get(connection);
    const policies = (items?.get('connection')?.all ?? []).map(({ value }) => value?.['policy']);
    const all = policies.map((policy) => {
      const limits = isJsonObject(policy) && isJsonObject(policy['limits']) ? policy['limits'] : {};
      const updates =
        typeof limits['updates'] === 'string' ? Number.parseInt(limits['updates']) : 30;
      return { updates, minimum: Number(limits['minimum'] ?? 10) };
    });
    const declared = [...(items?.keys() ?? [])].filter((item) => item !== 'connection');
    const always = declared.filter((item) =>
      items?.get(item)?.all.every(({ at, value }, index) => value && (index > 0 || at === start)),
    );
    if (all.some(({ minimum }) => always.length < minimum)) return undefined;
    const updates = Math.max(...all.map((one) => one.updates));
    return { atMost: Math.floor((updates / 100) * declared.length + 1e-9) };
  }

  /** Whether it carries a readable field that differs from live, and nobody approved it. */
  #isGuarded({ process, connection, id = '', request }: VendorCall): boolean {
    const reading = this.#readings.of(process, connection);
    const own = rowAt(this.#world, connection, 'connection', reading?.rows.get('connection'));
    const row = rowAt(this.#world, connection, itemOf(id), reading?.rows.get(itemOf(id)));
    if (!reading || !own || !row || !isJsonObject(request.body)) return false;
    const { body } = request;
    if (isAttended(process, reading) && this.#deployment.confirmed.has(process)) return false;
    if (this.#isApproved(connection, id)) return false;
    const live = reading.seen.get(id) ?? {};
    return [...ownedLeaves(row, policyOf(row, own))].some(([path, declared]) => {
      const seen = valueAt(live, path);
      // What a vendor does not take as it is told is sent again, and that is not counted.
      if (isReference(declared) || wanted(declared) === undefined) return false;
      // What is seen of it is a mask.
      if (path === '/client_id') return false;
      if (formOf(declared) !== declared || seen === undefined) return false;
      const isSent = canonical(valueAt(body, path)) === canonical(declared);
      return isSent && canonical(seen) !== canonical(declared);
    });
  }

  #isApproved(connection: string, id: string): boolean {
    const approved = this.#approved.get(connection) ?? new Set();
    return [...approved].some((digest) => this.#plans.get(digest)?.has(id));
  }

  /** What is held, with all that its hashes may depend on, always has one digest. */
  #held({ connection, held, servers }: SimEvent & { kind: 'held' }): void {
    this.#plans.set(held.digest, new Set(held.plan.changes.map(({ id }) => id)));
    // Hashes are made with the fingerprint key: another one makes others.
    if (this.#world.keys.length > 1) return;
    const changes = held.plan.changes.flatMap(({ id, changes: all }) =>
      all
        .filter((change) => change.held)
        .map(({ pointer, before, after }) => {
          const applied = servers.get(id)?.applied[pointer]?.fingerprint.mac ?? '';
          return JSON.stringify([id, pointer, before, after, applied]);
        }),
    );
    const sorted = changes.toSorted((a, b) => (a < b ? -1 : 1));
    const content = JSON.stringify([connection, sorted]);
    const known = this.#digests.get(content);
    this.#found.looked('no-harm: plans that were held');
    if (known !== undefined) this.#found.looked('no-harm: plans that were held again');
    if (known !== undefined && known !== held.digest) {
      this.#found.wrong('no-harm', `the same plan of ${connection} is held under another digest`);
    }
    this.#digests.set(content, held.digest);
  }
}
