import { applyServer } from './apply-server.ts';
import type { ApplyContext, AttemptResult, ServerWork } from './apply-server.ts';
import { eachLimited } from './each-limited.ts';
import { LeaseLostError } from './lease.ts';
import type { VendorError } from './ports/vendor-error.ts';

/** Why apply ended before all servers had their turn. */
export type ApplyEnd = VendorError | LeaseLostError;

export interface ApplyInputs {
  readonly context: ApplyContext;
  readonly work: readonly ServerWork[];
  readonly concurrency: number;
  /** Records what became of a server; called once for each that had its turn. */
  readonly conclude: (work: ServerWork, result: AttemptResult) => Promise<void>;
}

/**
 * Applies each server on its own: one that fails never stops the rest. A conflict is tried once more at the end, since
 * a name may have been handed on.
 *
 * @returns the servers that were not reached, and why, if the connection failed or the lease was lost
 */
export async function apply({
  context,
  work,
  concurrency,
  conclude,
}: ApplyInputs): Promise<{ unreached: readonly ServerWork[]; end?: ApplyEnd }> {
  const breaker = new Breaker();
  const conflicts: ServerWork[] = [];
  const turn = async (one: ServerWork, last: boolean) => {
    const result = await attempt(context, one, breaker);
    if (!result) return;
    breaker.saw(result);
    if (!last && result.kind === 'failed' && result.class === 'conflict') conflicts.push(one);
    else await conclude(one, result);
  };
  const stopped = () => breaker.end !== undefined;
  const left = await eachLimited(work, concurrency, (one) => turn(one, false), stopped);
  // One at a time: of servers that pass a name on, each may free the next one's.
  const stillLeft = await eachLimited(conflicts, 1, (one) => turn(one, true), stopped);
  const unreached = [...breaker.cutOff, ...left, ...stillLeft];
  return { unreached, ...(breaker.end && { end: breaker.end }) };
}

/** At least so many attempts, and more than half of them transient, is a connection that is down. */
const breakerAttempts = 5;

/** Ends the pass when the connection fails rather than a server. */
class Breaker {
  end: ApplyEnd | undefined;
  readonly cutOff: ServerWork[] = [];
  #attempts = 0;
  #transient = 0;
  #last: VendorError | undefined;

  saw(result: AttemptResult): void {
    this.#attempts += 1;
    if (result.kind === 'connection') this.end ??= result.error;
    if (result.kind !== 'failed' || result.class !== 'transient') return;
    this.#transient += 1;
    this.#last = result.error ?? this.#last;
    if (this.#attempts >= breakerAttempts && this.#transient > this.#attempts / 2) {
      this.end ??= this.#last;
    }
  }
}

async function attempt(
  context: ApplyContext,
  work: ServerWork,
  breaker: Breaker,
): Promise<AttemptResult | undefined> {
  try {
    return await applyServer(context, work);
  } catch (error) {
    if (!(error instanceof LeaseLostError)) throw error;
    breaker.end ??= error;
    breaker.cutOff.push(work);
    return undefined;
  }
}
