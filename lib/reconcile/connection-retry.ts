import { backoffMs } from '../core/backoff.ts';
import { digestOf } from '../core/change.ts';
import type { Connection } from '../core/desired.types.ts';
import type { Json } from '../core/json.types.ts';
import type { Retry } from '../core/ledger.types.ts';
import type { ApplyEnd } from './apply.ts';
import type { Dependencies } from './dependencies.types.ts';
import { isVendorError } from './ports/vendor-error.ts';
import type { PassRequest } from './request.types.ts';

/** A connection's backoff holds while its row stays as it is: a changed one is tried at once. */
function keyOf(connection: Connection): string {
  return digestOf(connection as unknown as Json);
}

/** Whether an unattended pass must leave the connection alone for now. */
export function isBackingOff(
  retry: Retry | undefined,
  connection: Connection,
  { attended }: PassRequest,
  now: number,
): boolean {
  if (!retry || attended || Date.parse(retry.notBefore) <= now) return false;
  return retry.key === keyOf(connection);
}

/** The connection's backoff after a pass: none if the vendor could be talked to. */
export function afterConnectionFailure(
  end: ApplyEnd | undefined,
  before: Retry | undefined,
  connection: Connection,
  { clock, random }: Dependencies,
): Retry | undefined {
  if (!end) return undefined;
  if (!isVendorError(end)) return before;
  const key = keyOf(connection);
  const attempts = (before?.key === key ? before.attempts : 0) + 1;
  const wait = backoffMs(attempts, random(), end.retryAfterMs);
  const notBefore = new Date(clock.now() + wait).toISOString();
  return { attempts, notBefore, key, ...(end.kind === 'needs-login' && { state: end.kind }) };
}
