import { serverKey } from '../model/names/server-key.ts';
import { compactTime } from './time-ordered-id.ts';

const bindingPrefix = 'binding#';
const createPrefix = 'create#';

/**
 * Sort keys of the ledger's items, and how long they live.
 *
 * | key | what | kept |
 * |---|---|---|
 * | `approval#<time>#<digest>` | approval of a held plan | 24 hours |
 * | `binding#<label>` | the server of a label that Trueup created | until it is deleted |
 * | `create#<label>` | a server may have been created for this label | until the result is known |
 * | `declared#<id>#<content hash>` | who pushed a declaration | 90 days |
 * | `held#<digest>` | a held plan | 7 days |
 * | `history#<time-ordered id>` | what was done, and by whom | 90 days |
 * | `lease` | which process reconciles (`lib/lease`) | always |
 * | `pass#last`, `pass#<time-ordered id>` | reports | 90 days |
 * | `pause`, `pause#<id>` | the operator's pauses | until removed |
 * | `resend#<id>` | marks of passes that could not record what they sent | until it is sent again |
 * | `server#<id>` | a server's record | until forgotten |
 *
 * A pass reads the range from `pause` to the end of `server#`. History sorts before that range, and by time, because it
 * is read from its end. Only approvals of the last 24 hours are read: DynamoDB may take days to delete older ones.
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

/** What a pass reads. `$` is the character after `#`, so the range includes every id in any script. */
export const passRange = { from: 'pause', to: 'server$' } as const;

/** The bindings and reservations of labels. */
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

/** Keys from `from` (included) to `before` (excluded). */
export interface Since {
  readonly from: string;
  readonly before: string;
}

/** The history since a time (ISO 8601), or all of it. */
export function historyRange(since?: string): Since {
  return { from: keys.history(idsFrom(since)), before: 'history$' };
}

/**
 * The reports of passes that began since a time (ISO 8601), or all. Their keys begin with digits, so `pass#last` comes
 * after them.
 */
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

/** The `ttl` of an item, in whole seconds, rounded up. */
export function ttlAt(at: number, life: number): number {
  return Math.ceil((at + life) / 1000);
}

/**
 * When an item with this `ttl` expires, in milliseconds. NaN if it is not a number, which compares as neither before
 * nor after any time.
 */
export function endOf(ttl: unknown): number {
  return typeof ttl === 'number' ? ttl * 1000 : Number.NaN;
}
