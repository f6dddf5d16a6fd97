/**
 * Sort keys of the table `Ledger`, and for how long its items live.
 *
 * | key | what | lives |
 * |---|---|---|
 * | `approval#<digest>` | permission for a held plan | 24 hours |
 * | `change#<id>#<time-ordered id>` | history | 90 days |
 * | `declared#<id>#<content hash>` | a declaration that was applied | 90 days |
 * | `held#<digest>` | a held plan | 7 days |
 * | `lease` | who reconciles | for ever |
 * | `pass#last`, `pass#<time-ordered id>` | reports | 90 days |
 * | `pause`, `pause#<id>` | the operator's pauses | until removed |
 * | `resend#<id>` | marks of who could not record what was sent | until somebody has sent it again |
 * | `server#<id>` | a server's record | until forgotten |
 *
 * A pass reads from `pause` to the end of `server#`: history sorts before it. Bodies that do not fit into an item
 * continue in `<key>#<write id>#<n>`.
 */
export const keys = {
  lease: 'lease',
  pause: 'pause',
  pauseOf: (id: string) => `pause#${id}`,
  resend: (id: string) => `resend#${id}`,
  server: (id: string) => `server#${id}`,
  change: (id: string, timeOrderedId: string) => `change#${id}#${timeOrderedId}`,
  changes: 'change#',
  changesOf: (id: string) => `change#${id}#`,
  declared: (id: string, contentHash: string) => `declared#${id}#${contentHash}`,
  held: (digest: string) => `held#${digest}`,
  approval: (digest: string) => `approval#${digest}`,
  approvals: 'approval#',
  lastPass: 'pass#last',
  pass: (timeOrderedId: string) => `pass#${timeOrderedId}`,
  passes: 'pass#',
} as const;

/** What a pass reads. `$` follows `#`, so that every id is below it, in whatever script it is written. */
export const passRange = { from: 'pause', to: 'server$' } as const;

/** The id in a key with this prefix; undefined for other keys. */
export function idIn(key: string, prefix: 'server#' | 'pause#' | 'resend#'): string | undefined {
  return key.startsWith(prefix) ? key.slice(prefix.length) : undefined;
}

const hour = 3_600_000;

/** Milliseconds that items live. */
export const lives = {
  approval: 24 * hour,
  held: 7 * 24 * hour,
  change: 90 * 24 * hour,
  declared: 90 * 24 * hour,
  pass: 90 * 24 * hour,
} as const;

/** Until when an item with this `ttl` lives, in milliseconds; NaN if it is none, which is neither before nor after anything. */
export function endOf(ttl: unknown): number {
  return typeof ttl === 'number' ? ttl * 1000 : Number.NaN;
}

/** DynamoDB's `ttl`: whole seconds, never too early. It deletes days later, so that expiry is also compared in code. */
export function ttlAt(at: number, life: number): number {
  return Math.ceil((at + life) / 1000);
}
