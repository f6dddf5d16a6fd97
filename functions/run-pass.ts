import type { Dependencies } from '../lib/reconcile/dependencies.types.ts';
import { reconcile } from '../lib/reconcile/reconcile.ts';
import type { PassRequest, PassResult } from '../lib/reconcile/request.types.ts';
import { measure } from './observability.ts';
import type { Observability } from './observability.ts';

/** Is told what became of each pass; for a terminal that shows it. */
export type Seen = (result: PassResult) => void;

/** What a handler needs for a pass. */
export interface PassContext {
  readonly deps: Dependencies;
  readonly observability: Observability;
  readonly seen: Seen;
}

/** One pass, counted. @throws StoreError, as `reconcile` does */
export async function runPass(
  { deps, observability, seen }: PassContext,
  request: PassRequest,
): Promise<PassResult> {
  const result = await reconcile(request, deps);
  seen(result);
  if (result.kind === 'done') measure(observability.metrics, result.report);
  return result;
}

/** How long what came while somebody else reconciles the connection waits before it is tried again. */
export const busyMs = 15_000;
