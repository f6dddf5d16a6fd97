import { reconcile } from '../../lib/pass/reconcile.ts';
import type { PassRequest, PassResult } from '../../lib/pass/request.types.ts';
import type { Dependencies } from '../../lib/pass/dependencies.types.ts';
import { measure } from './observability.ts';
import type { Observability } from './observability.ts';

/** Receives the result of each pass, for output on a terminal. */
export type Seen = (result: PassResult) => void;

/** What a handler needs for a pass. */
export interface PassContext {
  readonly deps: Dependencies;
  readonly observability: Observability;
  readonly seen: Seen;
  /** When the function must end, in milliseconds since the epoch. */
  readonly deadline: number;
}

/** Time reserved for the end: the last ledger writes, the report, messages, and releasing the lease. */
const reserveMs = 10_000;

/** The deadline of an invocation with this much time left. */
export function deadlineOf(now: number, remainingMs: number): number {
  return now + remainingMs - Math.min(reserveMs, remainingMs / 4);
}

/** Runs a pass, or knocks at the process that runs one, and emits metrics. @throws StoreError, as `reconcile` does */
export async function runPass(
  { deps, observability, seen, deadline }: PassContext,
  request: PassRequest,
): Promise<PassResult> {
  const result = await reconcile({ ...request, deadline }, deps);
  seen(result);
  if (result.kind !== 'done') return result;
  for (const report of [result.report, ...result.others]) measure(observability.metrics, report);
  return result;
}
