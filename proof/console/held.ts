import type { HeldPlan } from '../../lib/ledger/ledger.types.ts';
import type { ChangeRecord } from '../../lib/model/history.types.ts';
import { outcomeCounts } from '../../lib/model/outcome.ts';
import type { FieldChange, PlannedServer } from '../../lib/plan/plan.types.ts';

/* What the guard holds, and what was changed, in a connection of a large fleet. */

const digestOf = (index: number) => index.toString(16).padStart(32, '0');

const renamed = (index: number): FieldChange => ({
  pointer: '/name',
  cause: 'declared',
  before: { kind: 'value', value: `Server ${index}` },
  after: { kind: 'value', value: `Server ${index} (EU)` },
  compare: 'value',
  conditional: false,
  hash: digestOf(index),
  held: true,
});

/** A plan that renames so many servers. */
export function heldPlan(
  connection: string,
  ids: readonly string[],
  at: string,
  digest: string,
): HeldPlan {
  const changes = ids.map((id, index): PlannedServer => ({
    id,
    label: `server-${index} of ${connection}`,
    mode: 'correct',
    outcome: 'held',
    changes: [renamed(index)],
  }));
  const count = ids.length;
  return {
    digest,
    at,
    hashes: ids.map((_, index) => digestOf(index)),
    plan: {
      version: 1,
      connection,
      provider: 'barndoor',
      servers: count,
      counts: outcomeCounts(changes.map(({ outcome }) => outcome)),
      changes,
      undeclared: [],
      guard: {
        active: true,
        declared: count,
        changedLastHour: 0,
        changing: count,
        share: 1,
        limit: 0.3,
        minimum: 10,
        held: digest,
      },
      digest,
    },
  };
}

/** What a pass changed of a server, with a list of people in it. */
export function changeOf(server: string, label: string, at: string): ChangeRecord {
  const people = Array.from({ length: 12 }, (_, index) => `person-${index}@acme.example`);
  return {
    kind: 'change',
    server,
    label,
    at,
    pass: `pass-of-${at}`,
    trigger: 'schedule',
    fields: [
      {
        pointer: '/name',
        cause: 'drift',
        before: { kind: 'value', value: 'Renamed by hand' },
        after: { kind: 'value', value: label },
      },
      {
        pointer: '/restrictions/users/allowedIds',
        cause: 'drift',
        before: { kind: 'value', value: people.slice(6) },
        after: { kind: 'value', value: people },
      },
    ],
  };
}
