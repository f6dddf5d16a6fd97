import { describe, expect, test } from '@jest/globals';
import { guard } from '../../../lib/plan/guard.ts';
import type { JsonObject } from '../../../lib/model/json/json.types.ts';
import { getAt } from '../../../lib/model/json/pointer.ts';
import { worldOf } from '../support/world.ts';
import type { World } from '../support/world.ts';

const one = { secret: 'trueup/acme/one' };
const two = { secret: 'trueup/acme/two' };
const bearer: JsonObject = { auth: 'bearer', token: one };
const both: JsonObject = { auth: 'basic', token: one, password: two };

/** In sync with `spec`. */
function settled(spec: JsonObject): World {
  const world = worldOf(spec, {});
  world.passes(2);
  expect(world.plan().planned.changes).toEqual([]);
  return world;
}

const changesOf = (world: World) =>
  world
    .plan()
    .planned.changes.map(
      ({ pointer, cause, conditional }) => `${pointer} ${cause}${conditional ? '?' : ''}`,
    );

const rotate = (world: World, name: string, value: string, version = 'v2') =>
  world.secrets.set(`trueup/acme/${name}`, { value, version });

describe('fields that travel together', () => {
  test('where one changes the secret is sent too, with the cause together', () => {
    const world = settled(bearer);
    world.spec = { ...bearer, auth: 'header' };
    expect(changesOf(world)).toEqual(['/auth declared', '/token together']);
    world.pass();
    expect(world.puts.at(-1)).toEqual({ auth: 'header', token: 'one' });
    expect(changesOf(world)).toEqual([]);
  });

  test('a secret that moved takes the others along, which are no changes', () => {
    const world = settled(bearer);
    rotate(world, 'one', 'new');
    expect(changesOf(world)).toEqual(['/token rotated?']);
    world.pass();
    expect(world.puts.at(-1)).toEqual({ auth: 'bearer', token: 'new' });
  });

  test('a secret whose version moved and whose value did not is not sent alone', () => {
    const world = settled(bearer);
    rotate(world, 'one', 'one');
    const { length } = world.puts;
    world.pass();
    expect(world.puts).toHaveLength(length);
  });

  test('but is sent, whatever its value, where another field changes', () => {
    const world = settled(bearer);
    rotate(world, 'one', 'one');
    world.drift('/auth', 'header');
    expect(changesOf(world)).toEqual(['/auth drift', '/token rotated']);
    world.pass();
    expect(world.puts.at(-1)).toEqual({ auth: 'bearer', token: 'one' });
  });

  test('of two secrets both are sent where one moved', () => {
    const world = settled(both);
    rotate(world, 'two', 'new');
    expect(changesOf(world)).toEqual(['/password rotated', '/token together']);
    world.pass();
    expect(world.puts.at(-1)).toEqual({ auth: 'basic', token: 'one', password: 'new' });
  });

  test('a field outside the group goes alone', () => {
    const world = settled({ ...both, name: 'a' });
    world.drift('/name', 'b');
    expect(changesOf(world)).toEqual(['/name drift']);
    world.pass();
    expect(world.puts.at(-1)).toEqual({ name: 'a' });
  });

  test('what is held takes along what is sent with it, unless that was approved', () => {
    const world = settled(bearer);
    world.drift('/auth', 'header');
    const { planned } = world.plan();
    const heldOf = (approved: readonly string[]) =>
      guard([planned], {
        limits: { updates: 0, minimum: 1, creates: 10 },
        declared: 1,
        known: 1,
        mostKnown: 1,
        changedLastHour: 0,
        createdLastHour: 0,
        isCounted: () => false,
        approved: new Set(approved),
      }).servers[0]?.changes.map(({ held }) => held);
    expect(heldOf([])).toEqual([true, true]);
    expect(heldOf(planned.changes.map(({ hash }) => hash))).toEqual([false, false]);
  });
});

describe('a secret that shows its absence', () => {
  test('is drift once it was applied and is no longer stored', () => {
    const world = settled(bearer);
    world.drift('/token', undefined as never);
    expect(world.plan().planned.changes).toMatchObject([
      { pointer: '/token', cause: 'drift', before: { kind: 'absent' }, conditional: false },
    ]);
    world.pass();
    expect(world.puts.at(-1)).toEqual({ auth: 'bearer', token: 'one' });
    expect(changesOf(world)).toEqual([]);
  });

  test('is sent where another reference is declared, whatever the value', () => {
    const world = settled(bearer);
    world.drift('/token', undefined as never);
    rotate(world, 'two', 'one', 'v1');
    world.spec = { ...bearer, token: two };
    expect(changesOf(world)).toEqual(['/token declared']);
  });

  test('that a PUT did not store is sent again, also once something is stored', () => {
    const world = worldOf(bearer, {});
    world.answers = (after) => ({ ...after, token: null });
    world.pass();
    expect(world.outcome).toBe('waiting');
    expect(changesOf(world)).toEqual(['/token notApplied']);
    world.answers = (after) => after;
    world.pass();
    expect(changesOf(world)).toEqual([]);
    expect(getAt(world.state as JsonObject, '/token')).toBe('one');
  });

  test('that a PUT did not store, of another declaration, is not conditional', () => {
    const world = settled(bearer);
    rotate(world, 'one', 'new');
    world.answers = (after) => ({ ...after, token: null });
    world.pass();
    world.spec = { ...bearer, name: 'a' };
    expect(changesOf(world)).toContain('/token resend');
    world.spec = { ...bearer, token: two };
    expect(changesOf(world)).toEqual(['/token declared']);
  });
});
