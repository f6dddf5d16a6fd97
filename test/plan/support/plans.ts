import { outcomeCounts } from '../../../lib/model/outcome.ts';
import type { PassReport } from '../../../lib/model/ledger.types.ts';
import type { FieldChange, GuardState, Plan, PlannedServer } from '../../../lib/plan/plan.types.ts';

export const fieldChange = (more: Partial<FieldChange> = {}): FieldChange => ({
  pointer: '/name',
  cause: 'drift',
  before: { kind: 'value', value: 'Old' },
  after: { kind: 'value', value: 'New' },
  compare: 'value',
  conditional: false,
  hash: 'h1',
  held: false,
  ...more,
});

export const plannedServer = (more: Partial<PlannedServer> = {}): PlannedServer => ({
  id: 's1',
  label: 'salesforce',
  mode: 'correct',
  outcome: 'updated',
  changes: [fieldChange()],
  ...more,
});

export const guardState = (more: Partial<GuardState> = {}): GuardState => ({
  active: true,
  declared: 12,
  changedLastHour: 0,
  changing: 1,
  share: 1 / 12,
  limit: 0.3,
  minimum: 10,
  ...more,
});

/** A plan of these servers, and so many more in sync. */
export function planOf(
  changes: readonly PlannedServer[],
  { inSync = 0, assumed = 0, ...more }: Partial<Plan> & { inSync?: number; assumed?: number } = {},
): Plan {
  return {
    version: 1,
    connection: 'acme',
    provider: 'barndoor',
    servers: changes.length + inSync + assumed,
    counts: { ...outcomeCounts(changes.map(({ outcome }) => outcome)), inSync, assumed },
    changes,
    undeclared: [],
    guard: guardState(),
    digest: changes.some((server) => server.changes.length > 0) ? 'd1' : '',
    ...more,
  };
}

export const passReport = (more: Partial<PassReport> = {}): PassReport => ({
  pass: 'p1',
  trigger: 'schedule',
  scope: 'all',
  connection: 'acme',
  startedAt: '2026-11-22T10:00:00.000Z',
  durationMs: 2149,
  servers: 0,
  counts: outcomeCounts(),
  vendorCalls: { list: 1, get: 0, put: 0 },
  secretsDecrypted: 0,
  credentialsDecrypted: 0,
  state: 'ok',
  details: [],
  ...more,
});
