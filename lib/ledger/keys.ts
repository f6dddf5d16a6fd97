import { serverKey } from '../model/names/server-key.ts';
import { compactTime } from './time-ordered-id.ts';

const bindingPrefix = 'binding#';
const createPrefix = 'create#';

/**
 * Sort keys of the ledger's items, and how long they live.
 *
 * | key | what | lives |
 * |---|---|---|
 * | `approval#<time>#<digest>` | permission for a held plan | 24 hours |
 * | `binding#<label>` | the server of a label that Trueup created | until it is deleted |
 * | `create#<label>` | a server may have been created under this label | until that is settled |
 * | `declared#<id>#<content hash>` | who pushed a declaration | 90 days |
 * | `held#<digest>` | a held plan | 7 days |
 * | `history#<time-ordered id>` | what was done, and by whom | 90 days |
 * | `lease` | which process reconciles (`lib/lease`) | for ever |
 * | `pass#last`, `pass#<time-ordered id>` | reports | 90 days |
 * | `pause`, `pause#<id>` | the operator's pauses | until removed |
 * | `resend#<id>` | marks of passes that could not record what they sent | until it was sent again |
 * | `server#<id>` | a server's record | until forgotten |
 *
 * A pass reads from `pause` to the end of `server#`: history sorts before it, and is in the order of time, since it is read from
 * its end. Of approvals it reads those of the last 24 hours: DynamoDB may take days to delete the others.
 * Hashes that do not fit into a held plan's or an approval's item are in `<key>#1`, `<key>#2` and so on.
 */
export const keys = {
  pause: 'pause',
  pauseOf: (id: string) => `pause#${id}`,
  resend: (id: string) => `resend#${id}`,
  server: serverKey,
  binding: (label: string) => `${bindingPrefix}${label}`,
  create: (label: string) => `${createPrefix}${label}`,
  declared: (id: string, contentHash: string) => `declared#${id}#${contentHash}`,
  held: (digest: string) => `held#${digest}`,
  history: (timeOrderedId: string) => `history#${timeOrderedId}`,
  approval: (at: number, digest: string) => `approval#${compactTime(at)}#${digest}`,
  lastPass: 'pass#last',
  pass: (timeOrderedId: string) => `pass#${timeOrderedId}`,
} as const;

/** What a pass reads. `$` follows `#`, so that every id is below it, in whatever script it is written. */
export const passRange = { from: 'pause', to: 'server$' } as const;

/** What is known of labels: their bindings and reservations. */
export const labelRange = { from: bindingPrefix, to: 'create$' } as const;

/** The label in the key of a binding or a reservation, and which of them it is; undefined for other keys. */
export function labelIn(
  key: string,
): { readonly kind: 'binding' | 'reservation'; readonly label: string } | undefined {
  if (key.startsWith(bindingPrefix)) {
    return { kind: 'binding', label: key.slice(bindingPrefix.length) };
  }
  return key.startsWith(createPrefix)
    ? { kind: 'reservation', label: key.slice(createPrefix.length) }
    : undefined;
}

/** Keys from one on, to before another one. */
export interface Since {
  readonly from: string;
  readonly before: string;
}

/** The history since a time (ISO 8601), or all. */
export function historyRange(since?: string): Since {
  return { from: keys.history(idsFrom(since)), before: 'history$' };
}

/** The reports of passes that began since a time (ISO 8601), or all. They begin with digits, so that `pass#last` follows. */
export function reportRange(since?: string): Since {
  return { from: keys.pass(idsFrom(since)), before: keys.lastPass };
}

const idsFrom = (since: string | undefined) =>
  since === undefined ? '' : compactTime(Date.parse(since));

/** Approvals from a time on. */
export function approvalRange(since: number): { readonly from: string; readonly to: string } {
  return { from: keys.approval(since, ''), to: 'approval$' };
}

/** All pauses of a connection. */
export const pauseRange = { from: 'pause', to: 'pause$' } as const;

/** The id in a key with this prefix; undefined for other keys. */
export function idIn(key: string, prefix: 'pause#' | 'resend#'): string | undefined {
  return key.startsWith(prefix) ? key.slice(prefix.length) : undefined;
}

const day = 86_400_000;

/** Milliseconds that items live. */
export const lives = {
  approval: day,
  held: 7 * day,
  history: 90 * day,
  declared: 90 * day,
  pass: 90 * day,
} as const;

/** The `ttl` of an item: whole seconds, never too early. */
export function ttlAt(at: number, life: number): number {
  return Math.ceil((at + life) / 1000);
}

/** Until when an item with this `ttl` lives, in milliseconds; NaN for anything other than a number: neither before nor after any time. */
export function endOf(ttl: unknown): number {
  return typeof ttl === 'number' ? ttl * 1000 : Number.NaN;
}
