import { describe, expect, test } from '@jest/globals';
import type { GuardState, PlannedServer } from '../../lib/plan/plan.types.ts';
import { assemblePlan, planFleet } from '../../lib/plan/fleet-plan.ts';
import type { Declared, PlanContext } from '../../lib/plan/server-plan.types.ts';
import { notedRecord } from '../../lib/plan/server-plan.ts';
import { reassertCap } from '../../lib/plan/diff/diff.ts';
import {
  changeOf,
  contextOf,
  hour,
  iso,
  keys,
  now,
  otherKeys,
  plannedOf,
  recordOf,
  serverOf,
} from './support/builders.ts';
import { fingerprint } from '../../lib/plan/diff/fingerprint.ts';

const guard: GuardState = {
  active: false,
  declared: 3,
  changedLastHour: 0,
  changing: 0,
  share: 0,
  limit: 0.3,
  minimum: 10,
};

/** Servers of which each has a client id that was sent `age` hours ago, by its place. */
function fleet(
  count: number,
  more: Partial<PlanContext> = {},
  mode: 'correct' | 'report' = 'correct',
) {
  const ids = Array.from({ length: count }, (_, index) => `s${String(index).padStart(3, '0')}`);
  const policy = { mode, reassertEvery: hour };
  const declared = new Map(
    ids.map((id): [string, Declared] => [
      id,
      { valid: true, server: serverOf({ name: 'a', client_id: 'c' }, { id, policy }) },
    ]),
  );
  const { servers: plans } = planFleet(contextOf(more), declared, (id, one) => {
    const scope = { account: 'acme', server: id };
    const at = iso(now - 2 * hour - (count - ids.indexOf(id)));
    const field = (pointer: string, value: string) => ({
      [pointer]: { fingerprint: fingerprint(keys, { ...scope, pointer }, value), at },
    });
    return {
      declared: one,
      live: { id, fields: { name: 'a' } },
      record: recordOf({
        id,
        contentHash: one.valid ? one.server.contentHash : '',
        applied: { ...field('/name', 'a'), ...field('/client_id', 'c') },
      }),
      resend: 'none',
    };
  });
  return { declared, plans: [...plans.values()] };
}

describe('a fleet', () => {
  test('is planned by id, and a row that does not fit harms no other', () => {
    const declared = new Map<string, Declared>([
      ['b', { valid: true, server: serverOf({ name: 'a' }, { id: 'b' }) }],
      ['a', { valid: false, server: { id: 'a', reason: 'no' } }],
    ]);
    const { servers: plans } = planFleet(contextOf(), declared, (id, one) => ({
      declared: one,
      live: { id, fields: { name: 'x' } },
      resend: 'none',
    }));
    expect([...plans].map(([id, { planned }]) => [id, planned.outcome])).toEqual([
      ['a', 'invalid'],
      ['b', 'updated'],
    ]);
  });

  test.each(['correct', 'report'] as const)(
    'in mode %s is re-asserted some servers at a time, the longest unasserted first',
    (mode) => {
      const { plans } = fleet(reassertCap + 5, {}, mode);
      const due = plans.filter(({ planned }) => planned.changes.length > 0);
      expect(due.map(({ planned }) => planned.id)).toEqual(
        plans.slice(0, reassertCap).map(({ planned }) => planned.id),
      );
      for (const { planned, inSyncAs, verdicts } of plans.slice(reassertCap)) {
        expect(planned).toMatchObject({ outcome: 'assumed', changes: [] });
        expect(inSyncAs).toBe('assumed');
        expect(verdicts.map(({ state }) => state)).toEqual(['assumed', 'inSync']);
      }
    },
  );

  test('that waits for its turn is no more verified than before', () => {
    const { declared, plans } = fleet(reassertCap + 1, { keys: otherKeys });
    const last = plans.at(-1)!;
    expect(last.verdicts[0]).toMatchObject({ state: 'assumed', verifiable: false });
    const record = notedRecord(last, declared.get(last.planned.id) as Declared, now);
    expect(record).not.toHaveProperty('settled');
  });

  test('with other changes is not held back', () => {
    const { plans } = fleet(reassertCap + 5, { secretVersions: new Map() });
    expect(plans).toHaveLength(reassertCap + 5);
    const declared = new Map<string, Declared>(
      plans.map(({ planned: { id } }) => {
        const policy = { reassertEvery: hour };
        return [
          id,
          { valid: true, server: serverOf({ name: 'b', client_id: 'c' }, { id, policy }) },
        ];
      }),
    );
    const { servers: again } = planFleet(contextOf(), declared, (id, one) => ({
      declared: one,
      live: { id, fields: { name: 'a' } },
      record: plans.find(({ planned }) => planned.id === id)!.record,
      resend: 'none',
    }));
    expect([...again.values()].every(({ planned }) => planned.outcome === 'updated')).toBe(true);
  });
});

describe('a fleet in sync', () => {
  const server = serverOf({ name: 'a' }, { id: 'a' });
  const declared = new Map<string, Declared>([['a', { valid: true, server }]]);
  const live = { id: 'a', fields: { name: 'a' } };
  const first = planFleet(contextOf(), declared, (_, one) => ({
    declared: one,
    live,
    resend: 'none',
  }));
  const record = notedRecord(first.servers.get('a')!, { valid: true, server }, now)!;

  test('is kept while the ledger has to note something of it, and then only counted', () => {
    expect(first.servers.get('a')).toMatchObject({ inSyncAs: 'inSync' });
    expect(first.quiet).toEqual({ inSync: 0, assumed: 0 });
    const known = { live, record: { ...record, rev: 1 }, resend: 'none' } as const;
    const { servers, quiet } = planFleet(contextOf(), declared, (_, one) => ({
      declared: one,
      ...known,
    }));
    expect(servers.size).toBe(0);
    expect(quiet).toEqual({ inSync: 1, assumed: 0 });
  });

  test('is kept while there is a mark for it', () => {
    const marked = { live, record: { ...record, rev: 1 }, resend: 'all' } as const;
    const { servers, quiet } = planFleet(contextOf(), declared, (_, one) => ({
      declared: one,
      ...marked,
    }));
    expect([...servers.keys()]).toEqual(['a']);
    expect(quiet).toEqual({ inSync: 0, assumed: 0 });
  });
});

describe('a plan', () => {
  const about = { connection: 'acme', provider: 'toy' };

  test('counts every server and lists those that are not simply in sync', () => {
    const servers = [
      plannedOf('a', { outcome: 'inSync', changes: [] }),
      plannedOf('b', { outcome: 'assumed', changes: [] }),
      plannedOf('c'),
    ];
    const undeclared = [
      { id: 'x', fields: { name: 'theirs' } },
      { id: 'y', fields: {} },
    ];
    const quiet = { inSync: 10, assumed: 20 };
    const listed = { count: 2, first: undeclared };
    const plan = assemblePlan(about, { servers, quiet }, listed, guard);
    expect(plan).not.toHaveProperty('undeclaredCount');
    expect(assemblePlan(about, { servers, quiet }, { ...listed, count: 3 }, guard)).toMatchObject({
      undeclared: [{ id: 'x' }, { id: 'y' }],
      undeclaredCount: 3,
    });
    expect(plan).toMatchObject({
      version: 1,
      ...about,
      servers: 33,
      counts: { inSync: 11, assumed: 21, updated: 1 },
      changes: [servers[2]],
      undeclared: [{ id: 'x', name: 'theirs' }, { id: 'y' }],
      guard,
    });
    expect(JSON.parse(JSON.stringify(plan))).toEqual(plan);
  });

  test('has a digest of its changes, and of nothing in sync', () => {
    const [a, b] = [plannedOf('a'), plannedOf('b')];
    const quiet = plannedOf('q', { outcome: 'inSync', changes: [] });
    const none = { inSync: 0, assumed: 0 };
    const digestOf = (servers: readonly PlannedServer[], counted = none, state = guard) =>
      assemblePlan(
        about,
        { servers, quiet: counted },
        { count: 1, first: [{ id: 'x', fields: {} }] },
        state,
      ).digest;
    const digest = digestOf([a, b]);
    expect(digestOf([b, quiet, a], { inSync: 3, assumed: 4 })).toBe(digest);
    const held = { ...a, outcome: 'held', changes: [changeOf({ hash: 'a', held: true })] } as const;
    expect(digestOf([held, b], none, { ...guard, held: 'x' })).toBe(digest);
    expect(digestOf([a])).not.toBe(digest);
    expect(digestOf([quiet])).toBe('');
  });
});
