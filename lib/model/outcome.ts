/**
 * The result of a pass for a server. Each server in scope has exactly one: the first in this list that applies.
 */
export const outcomes = [
  'off',
  'paused',
  'invalid',
  'missing',
  'unreached',
  'unsure',
  'held',
  'failed',
  'refused',
  'waiting',
  'updated',
  'created',
  'deleted',
  'reported',
  'assumed',
  'inSync',
] as const;

export type Outcome = (typeof outcomes)[number];

/** What each outcome means. */
export const outcomeMeanings: Readonly<Record<Outcome, string>> = {
  off: 'its mode is off',
  paused: 'an operator paused it or its connection',
  invalid: 'its row is not valid',
  missing: 'the gateway does not have it',
  unreached: 'the pass ended before it (reports only)',
  unsure: 'it may have been created or deleted; the result is not known yet',
  held: 'the guard holds its change',
  failed:
    'the last attempt was rejected; unattended passes try again after an hour, doubling to a day',
  refused: 'the gateway answered 200 but did not apply the change',
  waiting: 'a backoff, or the result of a PUT is not known yet',
  updated: 'changed by this pass (plans: would be; otherwise reports only)',
  created: 'created by this pass (plans: would be; otherwise reports only)',
  deleted: 'deleted by this pass (plans: would be; otherwise reports only)',
  reported: 'mode report: would change',
  assumed: 'all declared fields that can be read are in sync',
  inSync: 'all declared fields were read and are in sync',
};

/** Whether a server with this outcome is changed by the pass, or would be. */
export function isSent(outcome: Outcome): boolean {
  return outcome === 'updated' || outcome === 'created' || outcome === 'deleted';
}

export type OutcomeCounts = Readonly<Record<Outcome, number>>;

/**
 * Number of servers that are in sync and need no further output. Usually this is almost the whole
 * fleet.
 */
export interface QuietCounts {
  readonly inSync: number;
  readonly assumed: number;
}

/** Counts of all outcomes, those of servers that were only counted included. */
export function outcomeCounts(
  list: Iterable<Outcome> = [],
  { inSync, assumed }: QuietCounts = { inSync: 0, assumed: 0 },
): OutcomeCounts {
  const counts = Object.fromEntries(outcomes.map((outcome) => [outcome, 0])) as Record<
    Outcome,
    number
  >;
  for (const outcome of list) counts[outcome] += 1;
  counts.inSync += inSync;
  counts.assumed += assumed;
  return counts;
}

/** Why a field is sent. */
export const causes = [
  'adopt',
  'declared',
  'drift',
  'both',
  'notApplied',
  'rotated',
  'reassert',
  'resend',
  'together',
  'create',
  'delete',
] as const;

/** What each cause means. */
export const causeMeanings: Readonly<Record<Cause, string>> = {
  adopt: 'Trueup never applied it to this server, or cannot read it and has no record',
  declared: 'the user changed the declaration',
  drift: 'it was changed at the gateway',
  both: 'it was changed in the declaration and at the gateway; the declaration wins',
  notApplied: 'the gateway answered a PUT with the old value, so it is sent again',
  rotated: 'the secret has a new version; only apply sees whether its value changed',
  reassert: 'the time of `reassertEvery` has passed',
  resend: 'an earlier PUT of it was never confirmed',
  create: 'the server does not exist yet',
  delete: 'the server is declared absent',
  together: 'it is always sent together with another field, which changes',
};

export type Cause = (typeof causes)[number];

/**
 * Causes that the guard counts. The others resend what was counted before, or have rules of their
 * own.
 */
export const guardedCauses: ReadonlySet<Cause> = new Set(['adopt', 'declared', 'drift', 'both']);

/** What started a pass. */
export const triggers = ['schedule', 'stream', 'queue', 'cli'] as const;

export type Trigger = (typeof triggers)[number];

/** What a policy may allow; `update` is always allowed. */
export const acts = ['update', 'create', 'delete'] as const;

export type Act = (typeof acts)[number];

/** What unattended passes may do with a server. Defaults to `report`. */
export const modes = ['off', 'report', 'correct'] as const;

export type Mode = (typeof modes)[number];
