import { isDown } from '../../model/errors/failure.ts';
import { endingBy } from '../ending.ts';
import type { Ending } from '../ending.ts';
import type { AttemptResult } from './attempt.ts';
import type { ServerWork } from './context.types.ts';

/** The state of all servers of an apply. Ends it when the connection fails rather than a server. */
export class Turns {
  /** Set once no more servers are started. */
  ending: Ending | undefined;
  /** Servers that were interrupted before anything was sent. */
  readonly cutOff: ServerWork[] = [];
  readonly conflicts: ServerWork[] = [];
  /** Servers whose resend marks can be removed: all fields were sent again or marked again. */
  readonly resent = new Set<string>();
  #attempts = 0;
  #transient = 0;
  #last: Error | undefined;

  end(error: unknown): void {
    this.ending ??= endingBy(error);
  }

  saw(work: ServerWork, result: AttemptResult): void {
    if (result.kind === 'unsent') return;
    if (result.kind === 'interrupted') {
      this.cutOff.push(work);
      this.end(result.error);
      return;
    }
    this.#attempts += 1;
    if (result.kind === 'connection') this.end(result.error);
    if (result.kind !== 'failed' || result.class !== 'transient') return;
    if (result.error?.kind === 'upstream') return;
    this.#transient += 1;
    this.#last = result.error ?? this.#last;
    if (isDown(this.#attempts, this.#transient) && this.#last) this.end(this.#last);
  }
}
