import type { Pointer } from '../core/json.types.ts';
import type { Intent, ServerRecord } from '../core/ledger.types.ts';
import type { ServerPlan } from '../core/plan-server.ts';
import type { Unit } from '../core/units.ts';
import { isUnreadable } from './apply-outcome.ts';

/** Pointers that were sent and that no answer can confirm. */
export function unreadableOf({ verdicts }: ServerPlan, sent: readonly Unit[]): readonly Pointer[] {
  const pointers = new Set(sent.map(({ pointer }) => pointer));
  return verdicts
    .filter((verdict) => pointers.has(verdict.unit.pointer) && isUnreadable(verdict))
    .map(({ unit }) => unit.pointer);
}

/** What may be unknown once the PUT is under way: its own unreadable fields, and those of an earlier intent. */
export function intentOf(
  { epoch, now }: { readonly epoch: number; readonly now: () => number },
  earlier: Intent | undefined,
  unreadable: readonly Pointer[],
): Intent {
  const pointers = [...new Set([...(earlier?.pointers ?? []), ...unreadable])];
  return { epoch, pointers, at: new Date(now()).toISOString() };
}

/** What stays unknown of an earlier intent after these fields were sent again. */
export function restOf(earlier: Intent | undefined, sent: readonly Unit[]): Intent | undefined {
  if (!earlier) return undefined;
  const done = new Set(sent.map(({ pointer }) => pointer));
  const pointers = earlier.pointers.filter((pointer) => !done.has(pointer));
  return pointers.length === 0 ? undefined : { ...earlier, pointers };
}

export function withIntent(record: ServerRecord, intent: Intent | undefined): ServerRecord {
  const { intent: _before, ...rest } = record;
  return intent ? { ...rest, intent } : rest;
}
