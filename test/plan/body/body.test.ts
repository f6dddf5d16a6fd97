import { describe, expect, test } from '@jest/globals';
import { buildBody } from '../../../lib/plan/body/body.ts';
import type { JsonObject } from '../../../lib/model/json/json.types.ts';
import { declaredUnits } from '../../../lib/model/units.ts';
import { table } from '../support/tables.ts';

interface Case {
  readonly spec: JsonObject;
  readonly live?: JsonObject;
  readonly changed: readonly string[];
  readonly withheld?: readonly string[];
  readonly ignore?: readonly string[];
  readonly secrets?: Readonly<Record<string, string>>;
}

function build({ spec, live = {}, changed, withheld = [], ignore = [], secrets = {} }: Case) {
  const { body, sent } = buildBody(
    declaredUnits(table, spec, ignore),
    new Set(changed),
    new Set(withheld),
    { id: 's1', fields: live },
    new Map(Object.entries(secrets)),
  );
  return { body, sent: sent.map(({ pointer }) => pointer) };
}

const empty = { body: {}, sent: [] };

describe('a field', () => {
  test('goes alone', () => {
    const spec = { name: 'a', description: null, tags: ['y', 'x'], client_id: 'c' };
    expect(build({ spec, changed: ['/tags', '/description'] })).toEqual({
      body: { description: null, tags: ['x', 'y'] },
      sent: ['/description', '/tags'],
    });
  });

  test('that is a secret goes as its text, and never as its reference', () => {
    const spec = { client_secret: { secret: 'trueup/acme/a' } };
    const changed = ['/client_secret'];
    expect(build({ spec, changed, secrets: { '/client_secret': '' } }).body).toEqual({
      client_secret: '',
    });
    expect(() => build({ spec, changed })).toThrow(
      new RangeError('no value for the secret at /client_secret'),
    );
  });

  test('a withheld field is not sent, even if it is among the changed ones', () => {
    expect(build({ spec: { name: 'a' }, changed: ['/name'], withheld: ['/name'] })).toEqual(empty);
  });

  test('that is not changed does not go', () => {
    expect(build({ spec: { name: 'a' }, changed: [] })).toEqual(empty);
  });
});

describe('a member of an object', () => {
  const spec = { meta: { team: 'sales', deep: { x: 1, y: 2 }, other: { z: 3 } } };

  test('goes alone where it is the leaf', () => {
    const live = { meta: { team: { was: 'an object' }, deep: {} } };
    expect(build({ spec, live, changed: ['/meta/team'] })).toEqual({
      body: { meta: { team: 'sales' } },
      sent: ['/meta/team'],
    });
  });

  test('is sent with the live values of its siblings, declared or not', () => {
    const live = { meta: { deep: { x: 0, y: 'Y', theirs: true } } };
    expect(build({ spec, live, changed: ['/meta/deep/x'] })).toEqual({
      body: { meta: { deep: { x: 1, y: 'Y', theirs: true } } },
      sent: ['/meta/deep/x'],
    });
  });

  test('goes with its declared leaves where live cannot show them', () => {
    expect(build({ spec, changed: ['/meta/deep/x'] })).toEqual({
      body: { meta: { deep: { x: 1, y: 2 } } },
      sent: ['/meta/deep/x', '/meta/deep/y'],
    });
  });

  test('takes a withheld leaf from live', () => {
    const live = { meta: { deep: { x: 0, y: 0 } } };
    expect(
      build({ spec, live, changed: ['/meta/deep/x'], withheld: ['/meta/deep/y'] }).body,
    ).toEqual({ meta: { deep: { x: 1, y: 0 } } });
  });

  test('does not go at all if a withheld leaf of it cannot be read: a PUT would wipe it out', () => {
    const changed = ['/meta/deep/x', '/meta/other/z'];
    expect(build({ spec, changed, withheld: ['/meta/deep/y'] })).toEqual({
      body: { meta: { other: { z: 3 } } },
      sent: ['/meta/other/z'],
    });
  });

  test('keeps an ignored one', () => {
    const live = { meta: { deep: { x: 0, costCenter: 7 } } };
    const ignore = ['/meta/deep/costCenter'];
    expect(build({ spec, live, changed: ['/meta/deep/x'], ignore }).body).toEqual({
      meta: { deep: { x: 1, costCenter: 7 } },
    });
  });

  test('has names like any other where objects inherit them', () => {
    const odd = JSON.parse('{"meta":{"__proto__":{"a":1},"constructor":2}}') as JsonObject;
    const { body } = build({ spec: odd, changed: ['/meta/__proto__/a', '/meta/constructor'] });
    expect(JSON.stringify(body)).toBe('{"meta":{"__proto__":{"a":1},"constructor":2}}');
  });
});

describe('an object that is replaced whole', () => {
  const users = { mode: 'allowlist', allowed: ['b', 'a'] };
  const live = {
    restrictions: {
      users: { mode: 'blocklist', allowed: ['a', 'b', 'c'], blocked: ['z'], since: 2020 },
      connectors: { mode: 'blocklist', blocked: ['slack'] },
      region: 'eu',
    },
  };
  const declared = ['/restrictions/users/mode', '/restrictions/users/allowed'];

  test('is complete: what was left out is gone, what is unknown stays', () => {
    const { body } = build({ spec: { restrictions: { users } }, live, changed: declared });
    expect(body).toEqual({
      restrictions: {
        users: { mode: 'allowlist', allowed: ['a', 'b'], since: 2020 },
        connectors: {},
        region: 'eu',
      },
    });
  });

  test('keeps the form of live where nothing changed', () => {
    const { body, sent } = build({
      spec: { restrictions: { users } },
      live,
      changed: [declared[0]!],
    });
    expect(body['restrictions']).toMatchObject({
      users: { mode: 'allowlist', allowed: ['a', 'b', 'c'] },
    });
    expect(sent).toEqual([declared[0]]);
  });

  test('takes what is ignored from live', () => {
    const ignore = ['/restrictions/connectors', '/restrictions/users/blocked'];
    const { body } = build({ spec: { restrictions: { users } }, live, changed: declared, ignore });
    expect(body['restrictions']).toMatchObject({
      users: { blocked: ['z'] },
      connectors: live.restrictions.connectors,
    });
  });

  test('takes what is withheld from live, left out or not', () => {
    const withheld = [declared[1]!, '/restrictions/connectors/blocked'];
    const { body } = build({
      spec: { restrictions: { users } },
      live,
      changed: declared,
      withheld,
    });
    expect(body['restrictions']).toMatchObject({
      users: { allowed: ['a', 'b', 'c'] },
      connectors: { blocked: ['slack'] },
    });
  });

  test.each([
    ['absent', {}],
    ['null', { restrictions: null }],
    ['empty', { restrictions: {} }],
  ])('is made where live is %s', (_, fields: JsonObject) => {
    const { body } = build({ spec: { restrictions: { users } }, live: fields, changed: declared });
    expect(body).toEqual({ restrictions: { users: { mode: 'allowlist', allowed: ['a', 'b'] } } });
  });

  test('is emptied by an empty declaration', () => {
    const changed = ['/restrictions/connectors/blocked', '/restrictions/users/mode'];
    expect(build({ spec: { restrictions: {} }, live, changed })).toEqual({
      body: { restrictions: { users: { since: 2020 }, connectors: {}, region: 'eu' } },
      sent: changed,
    });
  });

  test('is not sent for a change of something else', () => {
    const spec = { name: 'a', restrictions: { users } };
    expect(build({ spec, live, changed: ['/name'] }).body).toEqual({ name: 'a' });
  });
});

describe('a number of the vendor’s that is not kept exactly', () => {
  const changed = ['/restrictions/users/mode', '/restrictions/users/allowed'];
  const users = { mode: 'allowlist', allowed: ['a'] };
  const numbers = ['9007199254740993', '-9007199254740992', '1e400'];

  test.each(numbers)('is not sent back: %s', (number) => {
    const live = JSON.parse(`{"restrictions":{"regions":[{"id":${number}}]}}`) as JsonObject;
    expect(() => build({ spec: { restrictions: { users } }, live, changed })).toThrow(
      expect.objectContaining({ code: 'inexact-number', pointer: '/restrictions/regions/0/id' }),
    );
  });

  test('may be replaced, and is no matter where it stays behind', () => {
    const live = { meta: { a: 2 ** 53, b: 2 ** 60 }, other: 2 ** 60 };
    const spec = { name: 'x', meta: { a: 1e21 } };
    expect(build({ spec, live, changed: ['/name', '/meta/a'] }).body).toEqual({
      name: 'x',
      meta: { a: 1e21 },
    });
  });

  test('is none where it is exact, or a fraction', () => {
    const live = { restrictions: { n: 2 ** 53 - 1, share: 0.1, none: null } };
    expect(build({ spec: { restrictions: { users } }, live, changed }).body).toEqual({
      restrictions: { ...live.restrictions, users },
    });
  });
});
