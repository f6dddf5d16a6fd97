import type { Json } from '../../lib/model/json/json.types.ts';
import type { SimEvent, VendorCall } from './events.types.ts';
import { isReference, leavesOf, specOf } from './declared.ts';
import { itemOf } from './labels.ts';
import type { PassReadings } from './pass-readings.ts';
import type { World } from './world.ts';

const terminal = new Set([400, 403, 422]);

/** Servers that a vendor turned down: it is in no hurry until the declaration or a secret changes. */
export class Refusals {
  readonly #world: World;
  readonly #readings: PassReadings;
  readonly #refused = new Map<string, string>();

  constructor(world: World, readings: PassReadings) {
    this.#world = world;
    this.#readings = readings;
  }

  see(event: SimEvent): void {
    if (event.kind !== 'vendor' || event.phase !== 'answered') return;
    const { connection, id, operation, answer } = event.call;
    if (id === undefined || (operation !== 'put' && operation !== 'get')) return;
    const key = `${connection}/${id}`;
    if (operation === 'put' && answer?.status === 200) this.#refused.delete(key);
    if (!terminal.has(answer?.status ?? 0)) return;
    this.#refused.set(key, this.#readFor(event.call));
  }

  /** Whether what was turned down is what is declared still. */
  isRefused(connection: string, id: string): boolean {
    const key = `${connection}/${id}`;
    const { index } = this.#world.desired.rows.get(connection)?.get(itemOf(id)) ?? {};
    return this.#refused.get(key) === this.keyOf(connection, id, index);
  }

  #readFor({ process, connection, id = '' }: VendorCall): string {
    const index = this.#readings.of(process, connection)?.rows.get(itemOf(id));
    return this.keyOf(connection, id, index);
  }

  /** What an attempt depends on: what is declared, and the versions of the secrets that it names. */
  keyOf(connection: string, id: string, index: number | undefined, at = this.#world.now): string {
    const { desired } = this.#world;
    const row =
      index === undefined
        ? undefined
        : desired.rows.get(connection)?.get(itemOf(id))?.all[index]?.value;
    if (!row) return 'none';
    const { generation: _generation, ...content } = row;
    return `${JSON.stringify(content)} ${this.versionsOf(specOf(row), at)}`;
  }

  /** The versions of the secrets that a declaration names. */
  versionsOf(declared: Json | undefined, at = this.#world.now): string {
    const { secrets } = this.#world.secrets;
    const references = [...leavesOf(declared).values()];
    const versions = references.filter(isReference).map((reference) => {
      const { secret } = reference as { secret: string };
      return secrets.get(secret)?.at(at).version;
    });
    return JSON.stringify(versions);
  }
}
