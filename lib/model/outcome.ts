/** What became of a server in a pass. Each server in scope has exactly one: the first of this list that fits. */
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

/** When an outcome is the one. */
export const outcomeMeanings: Readonly<Record<Outcome, string>> = {
  off: 'its mode is off',
  paused: 'an operator paused it or its connection',
  invalid: 'its row is not valid',
  missing: 'the gateway does not have it',
  unreached: 'the pass ended before it (reports only)',
  unsure: 'it may have been created or deleted, and that is not settled yet',
  held: 'the guard holds a change of it',
  failed:
    'the last attempt was rejected; unattended passes try again after an hour, doubling to a day',
  refused: 'the gateway answered 200 and did not do it',
  waiting: 'a backoff, or the result of a PUT is not known yet',
  updated: 'changed by this pass (plans: would be; otherwise reports only)',
  created: 'created by this pass (plans: would be; otherwise reports only)',
  deleted: 'deleted by this pass (plans: would be; otherwise reports only)',
  reported: 'mode report: would change',
  assumed: 'in sync in all that can be read',
  inSync: 'all declared fields were read and equal',
};

/** Outcomes of what a pass sends, or would. */
export function isSent(outcome: Outcome): boolean {
  return outcome === 'updated' || outcome === 'created' || outcome === 'deleted';
}

export type OutcomeCounts = Readonly<Record<Outcome, number>>;

/** How many servers are in sync with nothing to note of them: of a fleet at rest, all. */
export interface QuietCounts {
  readonly inSync: number;
  readonly assumed: number;
}

/** All outcomes at zero but those given, and the servers that were only counted. */
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

/** Why a field would be sent. */
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

/** When a cause is the one. */
export const causeMeanings: Readonly<Record<Cause, string>> = {
  adopt: 'Trueup never applied it to this server, or cannot read it and has no record',
  declared: 'the user changed the declaration',
  drift: 'it was changed at the gateway',
  both: 'it was changed in the declaration and at the gateway; the declaration wins',
  notApplied: 'a PUT was answered with the old value; sent again',
  rotated: 'the secret has a new version; only apply sees whether its value changed',
  reassert: 'the time of `reassertEvery` has passed',
  resend: 'an earlier PUT of it was never confirmed',
  create: 'the server does not exist yet',
  delete: 'the server is declared absent',
  together: 'a field changes with which it is always sent together',
};

export type Cause = (typeof causes)[number];

/** Causes that the guard counts; the others re-send what was already decided. */
export const guardedCauses: ReadonlySet<Cause> = new Set(['adopt', 'declared', 'drift', 'both']);

/** What asked for a pass. */
export const triggers = ['schedule', 'stream', 'queue', 'cli'] as const;

export type Trigger = (typeof triggers)[number];

/** What may be done with servers; `update` always, the others where a policy names them. */
export const acts = ['update', 'create', 'delete'] as const;

export type Act = (typeof acts)[number];

/** What unattended passes may do with a server; `report` unless the user says otherwise. */
export const modes = ['off', 'report', 'correct'] as const;

export type Mode = (typeof modes)[number];
