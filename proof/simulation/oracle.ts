import type { Invariant, SimEvent, Violation } from './events.types.ts';
import type { World } from './world.ts';

/** What is wrong, and how often each thing was looked at: an oracle that saw nothing proves nothing. */
export class Findings {
  readonly violations: Violation[] = [];
  readonly exercised = new Map<string, number>();
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  wrong(invariant: Invariant, what: string): void {
    this.violations.push({ invariant, what, at: this.#world.at });
    this.#world.note(`VIOLATION of ${invariant}: ${what}`);
  }

  /** Something was held against an invariant. */
  looked(at: `${Invariant}: ${string}`, times = 1): void {
    this.exercised.set(at, (this.exercised.get(at) ?? 0) + times);
  }
}

/** Watches a run for what must never happen in it. */
export interface Oracle {
  see(event: SimEvent): void;
}
