import { describe, expect, test } from '@jest/globals';
import { planDigest } from '../../lib/plan/diff/change.ts';
import { guard, heldHashes, isGuarded } from '../../lib/plan/guard.ts';
import type { GuardInputs } from '../../lib/plan/guard.ts';
import { causes } from '../../lib/model/outcome.ts';
import type { PlannedServer } from '../../lib/plan/plan.types.ts';
import { changeOf, plannedOf } from './support/builders.ts';

const inputs = (more: Partial<GuardInputs> = {}): GuardInputs => ({
  limits: { updates: 0.3, minimum: 10, creates: 10 },
  declared: 10,
  known: 0,
  mostKnown: 0,
  changedLastHour: 0,
  createdLastHour: 0,
  isCounted: () => false,
  approved: new Set(),
  ...more,
});
const some = (count: number, more: Partial<PlannedServer> = {}) =>
  Array.from({ length: count }, (_, index) => plannedOf(`s${index}`, more));
const heldOf = (servers: readonly PlannedServer[]) =>
  servers.filter(({ outcome }) => outcome === 'held').map(({ id }) => id);

describe('the share', () => {
  test.each<[string, number, Partial<GuardInputs>, number, boolean]>([
    ['at the limit', 3, {}, 0.3, false],
    ['above it', 4, {}, 0.4, true],
    ['with what changed in the last hour', 1, { changedLastHour: 3 }, 0.4, true],
    ['a tenth of a push of a thousand', 100, { declared: 1000, changedLastHour: 300 }, 0.4, true],
    ['of a scope of few, over all that are declared', 4, { declared: 100 }, 0.04, false],
    ['below the minimum', 9, { declared: 9 }, 1, false],
    [
      'of nothing declared',
      1,
      { declared: 0, limits: { updates: 0, minimum: 0, creates: 10 } },
      0,
      false,
    ],
    ['a limit of nothing', 1, { limits: { updates: 0, minimum: 1, creates: 10 } }, 0.1, true],
    ['a limit of everything', 10, { limits: { updates: 1, minimum: 1, creates: 10 } }, 1, false],
    [
      'a limit of everything, of few known',
      10,
      { known: 5, limits: { updates: 1, minimum: 1, creates: 10 } },
      2,
      false,
    ],
    [
      'of those that the ledger knows, where more are declared',
      4,
      { declared: 1000, known: 10 },
      0.4,
      true,
    ],
    ['of those that are declared, where the ledger knows more', 4, { known: 1000 }, 0.4, true],
    [
      'of those that are declared, where the ledger knows none',
      4,
      { declared: 100, known: 0 },
      0.04,
      false,
    ],
    ['of rows that were dropped to below the minimum', 9, { declared: 9, known: 100 }, 1, true],
    ['of rows that were dropped before', 9, { declared: 9, known: 9, mostKnown: 100 }, 1, true],
    ['of rows that were added to reach the minimum', 3, { declared: 11, known: 3 }, 1, true],
  ])('%s', (_, count, more, share, holds) => {
    const { servers, state } = guard(some(count), inputs(more));
    expect(state).toMatchObject({ share, changing: count });
    expect(heldOf(servers)).toHaveLength(holds ? count : 0);
    expect(state.held).toBe(holds ? planDigest(heldHashes(servers)) : undefined);
  });

  test('counts a server once an hour', () => {
    const isCounted = (id: string) => id !== 's3';
    const { state, servers } = guard(some(4), inputs({ changedLastHour: 3, isCounted }));
    expect(state).toMatchObject({ changing: 1, share: 0.4 });
    // Over the limit none of these changes goes on, whenever its server was counted.
    expect(heldOf(servers)).toHaveLength(4);
    const again = guard(some(3), inputs({ changedLastHour: 3, isCounted }));
    expect(again.state).toMatchObject({ changing: 0, share: 0.3 });
    expect(heldOf(again.servers)).toEqual([]);
  });

  test('says apart what mode report would add, once an hour, and not what is approved', () => {
    const reported = some(6, { outcome: 'reported' });
    const isCounted = (id: string) => id === 's5';
    const { state, servers } = guard(reported, inputs({ isCounted }));
    expect(state).toMatchObject({ changing: 0, share: 0, reported: 5 });
    expect(servers).toEqual(reported);
    const approved = new Set(['s0', 's1']);
    expect(guard(reported, inputs({ isCounted, approved })).state).toMatchObject({
      reported: 3,
      approved: 2,
    });
  });

  test.each<[string, number, number, boolean, readonly string[], readonly string[]]>([
    // unattended, of mode report, whether those are sent; then what is held, and what is marked
    ['within the limit together', 1, 2, false, [], []],
    ['over the limit together', 2, 2, false, [], ['r0', 'r1']],
    ['over the limit without', 4, 1, false, ['s0', 's1', 's2', 's3'], ['r0']],
    ['sent, within the limit together', 1, 2, true, [], []],
    ['sent, over the limit together', 2, 2, true, ['r0', 'r1'], []],
    ['sent, over the limit without', 4, 1, true, ['s0', 's1', 's2', 's3', 'r0'], []],
    ['sent alone, over the limit', 0, 4, true, ['r0', 'r1', 'r2', 'r3'], []],
  ])(
    'of mode report comes on top of what is sent anyway: %s',
    (_, count, reportedCount, isSent, held, marked) => {
      const outcome = isSent ? 'updated' : 'reported';
      const reported = Array.from({ length: reportedCount }, (__, index) =>
        plannedOf(`r${index}`, { mode: 'report', outcome }),
      );
      const servers = [...some(count, { mode: 'correct' }), ...reported];
      const { servers: found, state } = guard(servers, inputs({ marksReported: true }));
      expect(heldOf(found)).toEqual(held);
      const isMarked = (server: PlannedServer) =>
        server.outcome === 'reported' && heldHashes([server]).length > 0;
      expect(found.filter(isMarked).map(({ id }) => id)).toEqual(marked);
      const hashes = heldHashes(found);
      expect(state.held).toBe(hashes.length === 0 ? undefined : planDigest(hashes));
      // What is not sent is marked for a plan only.
      const inPass = guard(servers, inputs()).servers;
      expect(inPass.filter(isMarked)).toEqual([]);
      expect(heldOf(inPass)).toEqual(held);
    },
  );

  test('says whether it is active', () => {
    expect(guard([], inputs()).state).toEqual({
      active: true,
      declared: 10,
      changedLastHour: 0,
      changing: 0,
      share: 0,
      limit: 0.3,
      minimum: 10,
    });
    expect(guard(some(9), inputs({ declared: 9 })).state.active).toBe(false);
  });
});

describe('counted are', () => {
  test.each(causes.map((cause) => [cause]))('%s, or not', (cause) => {
    const counted = ['adopt', 'declared', 'drift', 'both'].includes(cause);
    const changes = [changeOf({ cause })];
    const { state, servers } = guard(some(10, { changes }), inputs());
    expect(isGuarded(changeOf({ cause }), new Set())).toBe(counted);
    expect(state.changing).toBe(counted ? 10 : 0);
    // A deletion is held whatever the share.
    expect(heldOf(servers)).toHaveLength(counted || cause === 'delete' ? 10 : 0);
  });

  test('servers that would be written to, not those that fail, wait or report', () => {
    for (const outcome of ['failed', 'refused', 'waiting', 'reported', 'paused'] as const) {
      const { state, servers } = guard(some(10, { outcome }), inputs());
      expect(state.changing).toBe(0);
      expect(servers.every((server) => server.outcome === outcome)).toBe(true);
    }
  });
});

describe('what is held', () => {
  test('is the guarded changes of a server; the rest of the plan goes on', () => {
    const changes = [
      changeOf({ hash: 'drift' }),
      changeOf({ cause: 'rotated', pointer: '/client_secret', hash: 'rotated' }),
    ];
    const rotation = plannedOf('r', { changes: [changeOf({ cause: 'rotated' })] });
    const { servers, state } = guard([...some(4, { changes }), rotation], inputs());
    expect(servers[0]).toMatchObject({
      outcome: 'held',
      changes: [
        { hash: 'drift', held: true },
        { hash: 'rotated', held: false },
      ],
    });
    expect(servers[4]).toBe(rotation);
    expect(heldHashes(servers)).toEqual(['drift', 'drift', 'drift', 'drift']);
    expect(state.held).toBe(planDigest(['drift', 'drift', 'drift', 'drift']));
  });

  test('does not change what was planned', () => {
    const planned = some(4);
    guard(planned, inputs());
    expect(planned).toEqual(some(4));
  });
});

describe('an approval', () => {
  const hashes = some(5).flatMap(({ changes }) => changes.map(({ hash }) => hash));

  test('of all of a held plan lets it go on, and counts none of it', () => {
    const { servers, state } = guard(some(5), inputs({ approved: new Set(hashes) }));
    expect(servers).toEqual(some(5));
    expect(state).toMatchObject({ changing: 0, share: 0, approved: 5 });
  });

  test('of some changes sends those; the others are guarded again', () => {
    const few = guard(some(5), inputs({ approved: new Set(hashes.slice(0, 3)) }));
    expect(few.state).toMatchObject({ changing: 2, share: 0.2, approved: 3 });
    expect(heldOf(few.servers)).toEqual([]);
    const many = guard(some(5), inputs({ approved: new Set(hashes.slice(0, 1)) }));
    expect(heldOf(many.servers)).toEqual(['s1', 's2', 's3', 's4']);
    expect(many.servers[0]?.outcome).toBe('updated');
  });

  test('holds for a change, not for its server', () => {
    const changes = [changeOf({ hash: 'seen' }), changeOf({ hash: 'new', pointer: '/slug' })];
    const { servers } = guard(some(4, { changes }), inputs({ approved: new Set(['seen']) }));
    expect(servers[0]?.changes.map(({ held }) => held)).toEqual([false, true]);
  });
});

describe('servers that come and go', () => {
  const moving = (id: string, cause: 'create' | 'delete', more: Partial<PlannedServer> = {}) =>
    plannedOf(id, {
      outcome: cause === 'create' ? 'created' : 'deleted',
      changes: [changeOf({ cause, hash: `${id}a` }), changeOf({ cause, hash: `${id}b` })],
      ...more,
    });
  const limits = { updates: 0.3, minimum: 10, creates: 2 };

  test('new ones have a limit of their own, in connections of any size', () => {
    const two = ['a', 'b'].map((id) => moving(id, 'create'));
    const within = guard(two, inputs({ limits, declared: 2 }));
    expect(within.servers).toBe(two);
    expect(within.state).toMatchObject({
      changing: 0,
      creates: { lastHour: 0, creating: 2, limit: 2 },
    });
    const more = guard(two, inputs({ limits, createdLastHour: 1 }));
    expect(heldOf(more.servers)).toEqual(['a', 'b']);
    expect(more.state.held).toBe(planDigest(heldHashes(more.servers)));
    expect(heldHashes(more.servers)).toEqual(['aa', 'ab', 'ba', 'bb']);
  });

  test('what is approved as a whole does not count, and a part of it is no approval', () => {
    const two = ['a', 'b'].map((id) => moving(id, 'create'));
    const over = { limits, createdLastHour: 1 };
    const approved = new Set(['aa', 'ab']);
    expect(guard(two, inputs({ ...over, approved })).state.creates).toMatchObject({ creating: 1 });
    expect(heldOf(guard(two, inputs({ ...over, approved })).servers)).toEqual([]);
    const part = guard(two, inputs({ ...over, approved: new Set(['aa', 'ba']) }));
    expect(heldOf(part.servers)).toEqual(['a', 'b']);
    expect(heldHashes(part.servers)).toEqual(['ab', 'bb']);
  });

  test('one that goes is held until all of it is approved', () => {
    const one = [moving('a', 'delete')];
    expect(heldOf(guard(one, inputs()).servers)).toEqual(['a']);
    expect(heldOf(guard(one, inputs({ approved: new Set(['aa']) })).servers)).toEqual(['a']);
    expect(guard(one, inputs({ approved: new Set(['aa', 'ab']) })).servers).toBe(one);
  });

  test('what is only reported is marked for a plan alone', () => {
    const one = [moving('a', 'delete', { outcome: 'reported' })];
    expect(guard(one, inputs()).servers).toBe(one);
    const { servers, state } = guard(one, inputs({ marksReported: true }));
    expect(servers[0]).toMatchObject({ outcome: 'reported', changes: [{ held: true }, {}] });
    expect(state.held).toBeDefined();
  });
});
