import type { Fault, FaultKind } from './scenario.types.ts';

/**
 * The faults of a scenario: each strikes the first call that fits, from its time on.
 *
 * | `on`                | fits |
 * |---------------------|------|
 * | `ledger.writeServer`| that call |
 * | `ledger`            | any call of that port |
 * | `*`                 | any call |
 */
export class Faults {
  /** By kind, how many struck. */
  readonly struck = new Map<string, number>();
  #left: readonly Fault[];

  constructor(faults: readonly Fault[]) {
    this.#left = faults.toSorted((a, b) => a.at - b.at);
  }

  /** @param at - milliseconds from the beginning of the run */
  strike(name: string, at: number, may: (fault: FaultKind) => boolean): FaultKind | undefined {
    const found = this.#left.find(
      (fault) =>
        fault.at <= at &&
        (fault.on === '*' || name === fault.on || name.startsWith(`${fault.on}.`)) &&
        may(fault),
    );
    if (!found) return undefined;
    this.#left = this.#left.filter((one) => one !== found);
    const label = found.what === 'status' ? `status ${found.status}` : found.what;
    this.struck.set(label, (this.struck.get(label) ?? 0) + 1);
    return found;
  }

  /** From now on nothing goes wrong any more. */
  stop(): void {
    this.#left = [];
  }
}
