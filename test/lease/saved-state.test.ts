import { describe, expect, test } from '@jest/globals';
import { changedInWindow } from '../../lib/lease/change-window.ts';
import type { LeaseItem } from '../../lib/lease/lease-item.ts';
import { neverOwned } from '../../lib/lease/protocol.ts';
import { SavedState } from '../../lib/lease/saved-state.ts';

const minute = 60_000;
const noon = Date.parse('2026-11-22T12:00:00.000Z');

function stateOf(item: Partial<LeaseItem> = {}) {
  let now = noon;
  const clock = {
    now: () => now,
    sleep: async () => undefined,
    advance: (ms: number) => (now += ms),
  };
  const saved = new SavedState({ ...neverOwned, ...item }, clock, 'here');
  /** What whoever owns the lease next reads, so much later. */
  const next = (later = 0) =>
    changedInWindow(saved.save(clock.now() + minute).window, clock.now() + later);
  const reserve = (...ids: readonly string[]) =>
    saved.reserve(new Map(ids.map((id) => [id, undefined])));
  return { clock, saved, next, reserve };
}

describe('what a pass may change', () => {
  test('counts from when it is reserved, for an hour from the end of the lease', () => {
    const { saved, next, reserve } = stateOf();
    reserve('a', 'b', 'c');
    expect(next()).toBe(3);
    expect(next(60 * minute)).toBe(3);
    expect(next(61 * minute)).toBe(0);
    expect(changedInWindow(saved.window, 0)).toBe(0);
  });

  test('stays counted where it was sent, and is given back where it was not', () => {
    const { saved, next, reserve } = stateOf();
    reserve('a', 'b', 'c');
    saved.sent('a');
    saved.sent('a');
    saved.sent('not reserved');
    expect(next()).toBe(3);
    saved.settle();
    expect(next()).toBe(1);
  });

  test('counts for all of a pass, however long it lasts', () => {
    const { clock, saved, next, reserve } = stateOf();
    reserve('a', 'b');
    saved.sent('a');
    clock.advance(59 * minute);
    expect(next(2 * minute)).toBe(1);
    saved.sent('b');
    saved.settle();
    expect(next(59 * minute)).toBe(1);
  });

  test('counts once for each server, by its latest change', () => {
    const { clock, saved, next, reserve } = stateOf();
    reserve('a', 'b');
    saved.sent('a');
    saved.sent('b');
    const countedAt = saved.countedAt('a');
    saved.settle();
    expect(saved.countedAt('a')).toBeUndefined();
    clock.advance(50 * minute);
    saved.reserve(new Map([['a', countedAt]]));
    saved.sent('a');
    saved.settle();
    expect(next()).toBe(2);
    clock.advance(11 * minute);
    expect(next()).toBe(1);
  });

  test('is not uncounted where an owner counted it that died: it may be in no bucket', () => {
    const at = '2026-11-22T11:50:00.000Z';
    const window = [{ from: at, to: at, changed: 1 }];
    const moved = (takenOverAt: number | undefined) => {
      const { saved, next } = stateOf({ window, takenOverAt });
      saved.reserve(new Map([['a', at]]));
      saved.sent('a');
      saved.settle();
      return next();
    };
    expect(moved(undefined)).toBe(1);
    expect(moved(Date.parse(at) - 1)).toBe(1);
    expect(moved(Date.parse(at))).toBe(2);
  });
});
