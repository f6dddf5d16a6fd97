import { expect, test } from '@jest/globals';
import { attemptKey } from '../../lib/plan/attempt-key.ts';
import { declaredUnits } from '../../lib/model/units.ts';
import { serverOf } from './support/builders.ts';
import { table } from './support/tables.ts';

const spec = { name: 'a', client_secret: { secret: 'trueup/acme/a' }, meta: { x: 1, y: 2 } };
const keyOf = (server = serverOf(spec), version = 'v1', ignore: string[] = []) =>
  attemptKey(
    { ...server, units: declaredUnits(table, server.spec, ignore) },
    new Map([['trueup/acme/a', version]]),
  );

test('an attempt holds for the declaration, what of it is owned, and the secrets’ versions', () => {
  const others = [
    keyOf(serverOf({ ...spec, name: 'b' })),
    keyOf(serverOf(spec, { policy: { mode: 'report' } })),
    keyOf(serverOf(spec), 'v2'),
    keyOf(serverOf(spec), 'v1', ['/meta/x']),
    keyOf(serverOf(spec), 'v1', ['/meta/y']),
    attemptKey(serverOf(spec), new Map()),
  ];
  expect(keyOf()).toBe(keyOf(serverOf(spec, { label: 'x', generation: 9 })));
  expect(new Set([keyOf(), ...others]).size).toBe(others.length + 1);
});
