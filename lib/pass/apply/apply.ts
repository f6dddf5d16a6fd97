import { TrueupError } from '../../core/errors.ts';
import { applyServer } from './attempt.ts';
import type { ApplyContext, AttemptResult, ServerWork } from './attempt.ts';
import { eachLimited } from '../../core/limited.ts';
import { InterruptedError } from '../../lease/interruption.ts';
import { isDown } from '../is-down.ts';
import type { VendorError } from '../../reconcile/ports/vendor-error.ts';

/** Why apply ended before all servers had their turn. */
export type ApplyEnd = VendorError | InterruptedError;

export interface ApplyInputs {
  readonly context: ApplyContext;
  readonly work: readonly ServerWork[];
  readonly concurrency: number;
  /** Records what became of a server; called once for each that had its turn. */
  readonly conclude: (work: ServerWork, result: AttemptResult) => Promise<void>;
  /** The ledger could not be written before anything was sent. */
  readonly unwritten: (work: ServerWork, error: TrueupError) => void;
}

/**
 * Applies each server on its own: one that fails never stops the rest. A conflict is tried once more at the end, since
 * a name may have been handed on.
 *
 * @returns the servers that were not reached, and why, if the connection failed, the lease was lost, or the time was over
 */
export async function apply({
  context,
  work,
  concurrency,
  conclude,
  unwritten,
}: ApplyInputs): Promise<{ unreached: readonly ServerWork[]; end?: ApplyEnd }> {
  const breaker = new Breaker();
  const conflicts: ServerWork[] = [];
  const turn = async (one: ServerWork, last: boolean) => {
    const result = await attempt(one);
    if (!result) return;
    breaker.saw(result);
    if (!last && result.kind === 'failed' && result.class === 'conflict') {
      conflicts.push({ ...one, plan: { ...one.plan, record: result.current } });
    } else {
      await concludeOne(one, result);
    }
  };
  const concludeOne = async (one: ServerWork, result: AttemptResult) => {
    try {
      await conclude(one, result);
    } catch (error) {
      if (!(error instanceof InterruptedError)) throw error;
      breaker.end ??= error;
    }
  };
  const attempt = async (one: ServerWork): Promise<AttemptResult | undefined> => {
    try {
      return await applyServer(context, one);
    } catch (error) {
      if (!(error instanceof TrueupError)) throw error;
      if (error instanceof InterruptedError) {
        breaker.end ??= error;
        breaker.cutOff.push(one);
      } else {
        unwritten(one, error);
      }
      return undefined;
    }
  };
  const stopped = () => breaker.end !== undefined;
  const left = await eachLimited(work, concurrency, (one) => turn(one, false), stopped);
  // One at a time: of servers that pass a name on, each may free the next one's.
  const stillLeft = await eachLimited(conflicts, 1, (one) => turn(one, true), stopped);
  const unreached = [...breaker.cutOff, ...left, ...stillLeft];
  return { unreached, ...(breaker.end && { end: breaker.end }) };
}

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
    if (isDown(this.#attempts, this.#transient)) this.end ??= this.#last;
  }
}
