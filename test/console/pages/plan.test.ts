import { expect, test } from '@jest/globals';
import { layout } from '../../../lib/console/html/layout.ts';
import { planPage } from '../../../lib/console/pages/plan.ts';
import { outcomeCounts } from '../../../lib/model/outcome.ts';
import type { Outcome } from '../../../lib/model/outcome.ts';
import type { FieldChange, Plan } from '../../../lib/plan/plan.types.ts';

const change = (cause: FieldChange['cause'], more: Partial<FieldChange> = {}): FieldChange => ({
  pointer: '/name',
  cause,
  before: { kind: 'absent' },
  after: { kind: 'value', value: 'New' },
  compare: 'value',
  conditional: false,
  hash: 'a',
  held: false,
  ...more,
});

const server = (label: string, outcome: Outcome, ...changes: readonly FieldChange[]) =>
  ({ id: label, label, mode: 'correct', outcome, changes }) as const;

test('what creates or deletes servers and what loosens access are set apart, each server once', async () => {
  const changes = [
    server('changed', 'updated', change('drift')),
    server('opened', 'updated', change('declared', { loosens: true })),
    server('made', 'created', change('create', { loosens: true })),
    server('held-back', 'held', change('create', { held: true })),
    server('gone', 'deleted'),
  ];
  const plan: Plan = {
    version: 1,
    connection: 'acme',
    provider: 'any',
    servers: changes.length,
    counts: outcomeCounts(changes.map(({ outcome }) => outcome)),
    changes,
    undeclared: [],
    guard: {
      active: false,
      declared: 5,
      changedLastHour: 0,
      changing: 5,
      share: 1,
      limit: 1,
      minimum: 10,
    },
    digest: 'd',
  };
  const context = { passes: 'on schedule', next: (line: string) => line, hasQueue: true };
  const fleet = { at: 0, connections: [] };
  const page = planPage(fleet, [], [{ connection: 'acme', plan }], undefined, context);
  const text = String(await layout({ name: 'acme', isWriting: false }, page));
  expect(text).toMatch(
    /Creates or deletes: 3 servers[^]*acme\/made[^]*acme\/held-back[^]*acme\/gone[^]*Loosens access: 1 server<[^]*acme\/opened[^]*Other changes: 1 server<[^]*acme\/changed/,
  );
  for (const { label } of changes) expect(text.split(`acme/${label}`)).toHaveLength(2);
});
