import { describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../../lib/model/json/json.types.ts';
import { setAt } from '../../lib/model/json/pointer.ts';
import { hour, minute, otherKeys, rotatedKeys } from './support/builders.ts';
import { World } from './support/world.ts';

/** A vendor that keeps names in capitals. */
const capitals = (after: JsonObject) =>
  typeof after['name'] === 'string' ? { ...after, name: after['name'].toUpperCase() } : after;
/** A vendor that takes a field with 200 and leaves it as it was. */
const ignoring = (key: string) => (after: JsonObject, before: JsonObject) =>
  setAt(after, `/${key}`, before[key]);

describe('a vendor that normalises', () => {
  test('is never sent again, however often another tool changes the value', () => {
    const world = new World({ name: 'new' }, { name: 'old' });
    world.stores = capitals;
    expect(world.passes(3)).toEqual(['/name adopt', '/name notApplied', 'inSync']);
    for (let round = 0; round < 5; round += 1) {
      world.drift('/name', `theirs ${round}`);
      expect(world.passes(3)).toEqual(['/name drift', 'inSync', 'inSync']);
    }
  });

  test('is understood though the key rotates before the list confirms it, and after', () => {
    const world = new World({ name: 'new' }, { name: 'old' });
    world.stores = capitals;
    world.pass();
    world.keys = rotatedKeys;
    expect(world.passes(2)).toEqual(['/name notApplied', 'inSync']);
    world.keys = otherKeys;
    expect(world.passes(2)).toEqual(['inSync', 'inSync']);
    expect(world.puts).toHaveLength(2);
  });

  test('is understood though the key is lost between its two PUTs', () => {
    const world = new World({ name: 'new' }, { name: 'old' });
    world.stores = capitals;
    world.pass();
    world.keys = otherKeys;
    expect(world.passes(3)).toEqual(['/name notApplied', '/name notApplied', 'inSync']);
  });

  test('is not what another writer stores at the moment of our PUT', () => {
    const world = new World({ name: 'new' }, { name: 'old' });
    world.stores = (after) => ({ ...after, name: 'theirs' });
    world.pass();
    world.stores = (after) => after;
    expect(world.passes(2)).toEqual(['/name notApplied', 'inSync']);
    expect(world.state).toMatchObject({ name: 'new' });
    world.drift('/name', 'theirs');
    expect(world.pass()).toBe('/name drift');
  });

  test('is left alone though the key is lost, until the declaration changes', () => {
    const world = new World({ name: 'new' }, { name: 'old' });
    world.stores = capitals;
    world.passes(3);
    world.keys = otherKeys;
    expect(world.passes(3)).toEqual(['assumed', 'assumed', 'assumed']);
    world.spec = { name: 'newer' };
    expect(world.passes(3)).toEqual(['/name declared', '/name notApplied', 'inSync']);
  });

  test('is taken at its word when its own form is declared', () => {
    const world = new World({ name: 'new' }, { name: 'old' });
    world.stores = capitals;
    world.passes(2);
    world.spec = { name: 'NEW' };
    expect(world.passes(2)).toEqual(['inSync', 'inSync']);
    expect(world.record?.normalised).toEqual({});
  });

  test('is not sent its own form again beside another leaf of the same member', () => {
    const world = new World({ meta: { a: { x: 'new', y: 1 } } }, { meta: {} });
    world.stores = (after) => setAt(after, '/meta/a/x', 'NEW');
    expect(world.passes(3)).toEqual([
      '/meta/a/x adopt, /meta/a/y adopt',
      '/meta/a/x notApplied',
      'inSync',
    ]);
    world.spec = { meta: { a: { x: 'new', y: 2 } } };
    expect(world.passes(3)).toEqual(['/meta/a/y declared', 'inSync', 'inSync']);
  });

  test('is not believed where it is about access', () => {
    const restrictions = { users: { mode: 'allowlist', allowed: ['a'] } };
    const world = new World({ restrictions }, { restrictions: {} });
    world.stores = (after) => setAt(after, '/restrictions/users/mode', 'blocklist');
    expect(world.passes(3)).toEqual([
      '/restrictions/users/allowed adopt, /restrictions/users/mode adopt',
      '/restrictions/users/mode notApplied',
      'refused',
    ]);
    world.stores = (after) => after;
    world.spec = { restrictions, name: 'a' };
    expect(world.passes(2)).toEqual(['/name adopt, /restrictions/users/mode notApplied', 'inSync']);
  });
});

describe('a vendor that does not do it', () => {
  const refusing = () => {
    const world = new World({ name: 'new' }, { name: 'old' });
    world.stores = ignoring('name');
    return world;
  };
  const thrice = ['/name adopt', '/name notApplied', '/name notApplied', 'refused', 'refused'];

  test('is asked three times', () => {
    const world = refusing();
    expect(world.passes(5)).toEqual(thrice);
    expect(world.puts).toHaveLength(3);
  });

  test('is asked again when the declaration changes, even elsewhere', () => {
    const world = refusing();
    world.passes(5);
    world.spec = { name: 'new', description: 'a' };
    expect(world.pass()).toBe('/description adopt, /name notApplied'.replace('adopt', 'declared'));
    expect(world.passes(2)).toEqual(['refused', 'refused']);
    world.spec = { name: 'newer', description: 'a' };
    expect(world.passes(4)).toEqual([
      '/name declared',
      '/name notApplied',
      '/name notApplied',
      'refused',
    ]);
  });

  test('is asked once more after an hour, then after two, then after four', () => {
    const world = refusing();
    expect(world.passes(5)).toEqual(thrice);
    for (const hours of [1, 2, 4]) {
      expect(world.pass(hours * hour - 10 * minute)).toBe('refused');
      expect(world.pass(10 * minute)).toBe('/name notApplied');
      expect(world.pass()).toBe('refused');
      world.now -= 5 * minute;
    }
    world.stores = (after) => after;
    expect(world.pass(8 * hour)).toBe('/name notApplied');
    expect(world.passes(2)).toEqual(['inSync', 'inSync']);
    expect(world.record).not.toHaveProperty('stopped');
  });

  test('still gets a rotated secret, and drift corrected elsewhere', () => {
    const world = refusing();
    world.spec = { ...world.spec, description: 'a', client_secret: { secret: 'trueup/acme/a' } };
    world.secrets.set('trueup/acme/a', { value: 'one', version: 'v1' });
    world.passes(4);
    expect(world.outcome).toBe('refused');
    world.secrets.set('trueup/acme/a', { value: 'two', version: 'v2' });
    expect(world.pass()).toBe('/client_secret rotated, /name notApplied');
    expect(world.puts.at(-1)).toEqual({ name: 'new', client_secret: 'two' });
    world.drift('/description', 'theirs');
    expect(world.passes(2)).toEqual(['/description drift', 'refused']);
    expect(world.puts.at(-1)).toEqual({ description: 'a' });
  });

  test('and shows it only in its list is not read forever', () => {
    const world = refusing();
    world.answers = (after) => setAt(after, '/name', undefined);
    expect(world.passes(5)).toEqual(thrice);
  });

  test('is seen to, when it does it after all', () => {
    const world = refusing();
    world.passes(5);
    world.drift('/name', 'new');
    expect(world.passes(2)).toEqual(['inSync', 'inSync']);
    expect(world.record).toMatchObject({ undecided: {}, outcome: 'inSync' });
    world.stores = (after) => after;
    world.drift('/name', 'theirs');
    expect(world.passes(2)).toEqual(['/name drift', 'inSync']);
  });

  test('is not asked again for a lost key', () => {
    const world = refusing();
    world.passes(5);
    world.keys = otherKeys;
    expect(world.passes(2)).toEqual(['refused', 'refused']);
  });
});

describe('an answer from before the PUT', () => {
  test('is put right by the next list, and nothing is sent again', () => {
    const world = new World({ name: 'new' }, { name: 'old' });
    world.answers = (_, before) => before;
    expect(world.passes(3)).toEqual(['/name adopt', 'inSync', 'inSync']);
    expect(world.puts).toHaveLength(1);
  });

  test('then a third value, then another declaration: the last one wins', () => {
    const world = new World({ name: 'new' }, { name: 'old' });
    world.answers = (_, before) => before;
    world.pass();
    world.drift('/name', 'theirs');
    expect(world.plan().planned.changes[0]).toMatchObject({ cause: 'notApplied' });
    world.spec = { name: 'newer' };
    expect(world.passes(3)).toEqual(['/name declared', 'inSync', 'inSync']);
  });

  test('of a name in capitals ends refused after three PUTs, not in a fight', () => {
    const world = new World({ name: 'new' }, { name: 'old' });
    world.stores = capitals;
    world.answers = (_, before) => before;
    expect(world.passes(6).slice(-2)).toEqual(['refused', 'refused']);
    expect(world.puts).toHaveLength(3);
  });
});

describe('a declaration that is taken back', () => {
  test('is sent again, though only part of the newer one was applied', () => {
    const older = { name: 'a', client_id: 'one' };
    const world = new World(older, { name: 'a' });
    expect(world.passes(2)).toEqual(['/client_id adopt', 'assumed']);
    world.stores = ignoring('name');
    world.spec = { name: 'b', client_id: 'two' };
    expect(world.pass()).toBe('/client_id declared, /name declared');
    world.spec = older;
    expect(world.passes(2)).toEqual(['/client_id declared', 'assumed']);
    expect(world.state).toMatchObject(older);
  });

  test('is not acted on if its generation is', () => {
    const world = new World({ name: 'b' }, { name: 'a' });
    world.generation = 8;
    expect(world.passes(2)).toEqual(['/name adopt', 'inSync']);
    world.spec = { name: 'a' };
    world.generation = 7;
    expect(world.passes(2)).toEqual(['invalid', 'invalid']);
    world.generation = 9;
    expect(world.passes(2)).toEqual(['/name declared', 'inSync']);
  });
});

describe('a server that vanishes', () => {
  test('is what it was when it returns', () => {
    const world = new World({ name: 'a', client_id: 'one' }, {});
    world.passes(2);
    const { state } = world;
    world.state = undefined;
    expect(world.passes(2)).toEqual(['missing', 'missing']);
    world.state = { ...state, name: 'theirs' };
    expect(world.passes(2)).toEqual(['/name drift', 'assumed']);
  });
});

describe('a field that is ignored for a while', () => {
  test('is released: what cannot be read is sent once more, and then is quiet', () => {
    const spec = { name: 'a', client_id: 'one', meta: { x: 1 } };
    const world = new World(spec, { meta: {} });
    world.passes(2);
    world.policy = { ignore: ['/client_id', '/meta/x', '/name'] };
    world.drift('/name', 'theirs');
    expect(world.passes(2)).toEqual(['inSync', 'inSync']);
    expect(world.record?.applied).toEqual({});
    world.policy = {};
    expect(world.passes(2)).toEqual(['/client_id adopt, /name declared', 'assumed']);
  });
});

describe('a lost key', () => {
  test('sends nothing by itself, and a new declaration all that it may have changed', () => {
    const spec = { name: 'a', client_id: 'one', client_secret: { secret: 'trueup/acme/a' } };
    const world = new World(spec, { name: 'a' });
    world.secrets.set('trueup/acme/a', { value: 'one', version: 'v1' });
    world.passes(2);
    world.keys = otherKeys;
    const { length } = world.puts;
    expect(world.passes(3)).toEqual(['assumed', 'assumed', 'assumed']);
    expect(world.puts).toHaveLength(length);
    world.spec = { ...spec, client_id: 'two' };
    expect(world.passes(2)).toEqual(['/client_id declared', 'assumed']);
    expect(world.state).toMatchObject({ client_id: 'two', client_secret: 'one' });
  });
});

describe('a secret', () => {
  const world = () => {
    const made = new World({ client_secret: { secret: 'trueup/acme/a' } });
    made.secrets.set('trueup/acme/a', { value: 'one', version: 'v1' });
    made.passes(2);
    return made;
  };

  test('with another version of the same value is noted and not sent', () => {
    const one = world();
    one.secrets.set('trueup/acme/a', { value: 'one', version: 'v2' });
    one.keys = rotatedKeys;
    expect(one.passes(2)).toEqual(['/client_secret rotated', 'assumed']);
    expect(one.puts).toHaveLength(1);
    expect(one.record?.applied['/client_secret']).toMatchObject({
      version: 'v2',
      fingerprint: { keyId: 'k2' },
    });
  });

  test('that rotates is sent once', () => {
    const one = world();
    one.secrets.set('trueup/acme/a', { value: 'two', version: 'v2' });
    expect(one.passes(3)).toEqual(['/client_secret rotated', 'assumed', 'assumed']);
    expect(one.puts).toHaveLength(2);
  });

  test('without a record is sent, whatever its version', () => {
    const one = world();
    one.resend = 'all';
    expect(one.passes(2)).toEqual(['/client_secret resend', 'assumed']);
  });
});

test('a server in mode report is never written, and its record is not written in each pass', () => {
  const world = new World({ name: 'new', description: 'a' }, { name: 'old', description: 'a' });
  world.policy = { mode: 'report' };
  expect(world.passes(3)).toEqual(['reported', 'reported', 'reported']);
  expect(world.plan().planned.changes).toMatchObject([{ cause: 'adopt' }]);
  expect([world.puts.length, world.writes]).toEqual([0, 1]);
  world.policy = {};
  expect(world.passes(2)).toEqual(['/name adopt', 'inSync']);
});
