import { setImmediate as settle } from 'node:timers/promises';
import type { Clock } from '../../lib/model/runtime.types.ts';

/** A process: a set of tasks with a clock and a memory of their own. A dead one's tasks never go on. */
export interface Process {
  readonly name: string;
  readonly clock: Clock;
  alive: boolean;
  /** Nothing of it runs before; what was due comes then, in order. */
  frozenUntil: number;
  /** Told when it dies. */
  onDeath: () => void;
}

interface Event {
  at: number;
  /** When it was due, before any freeze. */
  readonly due: number;
  readonly order: number;
  readonly process: Process | undefined;
  readonly run: () => void;
}

/**
 * Virtual time. Everything that a simulated process waits for is an event here, one after the other, in an order that
 * only times decide; between two events the process that was woken runs until nothing of it goes on without another.
 */
export class Scheduler {
  now: number;
  /** Events that took place. */
  steps = 0;
  /** Whose code runs now; undefined for what belongs to no process. */
  current: Process | undefined;
  readonly #events: Event[] = [];
  #order = 0;

  constructor(start: number) {
    this.now = start;
  }

  /** Runs `run` so many milliseconds from now; never, if its process is dead by then. */
  after(ms: number, run: () => void, process?: Process): { cancel: () => void } {
    const at = this.now + Math.max(0, ms);
    this.#order += 1;
    const event: Event = { at, due: at, order: this.#order, process, run };
    this.#push(event);
    return { cancel: () => this.#remove(event) };
  }

  /** @param ahead - milliseconds by which its clock is ahead; behind, if negative */
  process(name: string, ahead: number): Process {
    const clock: Clock = {
      now: () => Math.floor(this.now + ahead),
      sleep: (ms, signal) =>
        new Promise((resolve) => {
          if (signal?.aborted) return resolve();
          const wake = () => {
            timer.cancel();
            signal?.removeEventListener('abort', wake);
            resolve();
          };
          const timer = this.after(ms, wake, process);
          signal?.addEventListener('abort', wake, { once: true });
        }),
    };
    const onDeath = () => undefined;
    const process: Process = { name, clock, alive: true, frozenUntil: 0, onDeath };
    return process;
  }

  /** Lets time pass until `isOver`, asked after each step, or until `until`. */
  async run(until: number, isOver: () => boolean = () => false): Promise<void> {
    await settle();
    while (!isOver()) {
      const next = this.#pop();
      if (!next || next.at > until) {
        if (next) this.#push(next);
        this.now = Math.max(this.now, until);
        return;
      }
      this.now = next.at;
      this.current = next.process;
      this.steps += 1;
      next.run();
      // oxlint-disable-next-line no-await-in-loop -- one event after the other is the point
      await settle();
      this.current = undefined;
    }
  }

  /** The next event that may take place, with what is frozen moved to the end of its freeze. */
  #pop(): Event | undefined {
    for (;;) {
      const event = this.#events.shift();
      if (!event?.process) return event;
      if (!event.process.alive) continue;
      if (event.process.frozenUntil <= event.at) return event;
      event.at = event.process.frozenUntil;
      this.#push(event);
    }
  }

  #push(event: Event): void {
    let [low, high] = [0, this.#events.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (isBefore(this.#events[middle] as Event, event)) low = middle + 1;
      else high = middle;
    }
    this.#events.splice(low, 0, event);
  }

  #remove(event: Event): void {
    const at = this.#events.indexOf(event);
    if (at >= 0) this.#events.splice(at, 1);
  }
}

function isBefore(a: Event, b: Event): boolean {
  if (a.at !== b.at) return a.at < b.at;
  return a.due === b.due ? a.order < b.order : a.due < b.due;
}
