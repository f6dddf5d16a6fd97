import type { Clock } from '../../lib/model/runtime.types.ts';

/** A clock that a test moves. Sleeping takes no real time, and moves it. */
export class TestClock implements Clock {
  readonly slept: number[] = [];
  #now: number;

  constructor(start = '2026-11-22T12:00:00.000Z') {
    this.#now = Date.parse(start);
  }

  now(): number {
    return this.#now;
  }

  /** ISO 8601. */
  time(): string {
    return new Date(this.#now).toISOString();
  }

  advance(ms: number): void {
    this.#now += ms;
  }

  async sleep(ms: number): Promise<void> {
    this.slept.push(ms);
    this.#now += ms;
  }
}

export const hour = 3_600_000;
export const day = 24 * hour;
