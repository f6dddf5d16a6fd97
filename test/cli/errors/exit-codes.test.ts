import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { mostSevere } from '../../../lib/cli/errors/exit-codes.ts';
import { connection, serverIds, startWorld } from '../../support/world.ts';
import type { TestWorld } from '../../support/world.ts';
import { onTables } from '../run.ts';
import type { RunOptions } from '../run.ts';

/* What docs/exit-codes.md says, made to happen. */

const ids = serverIds(10);
const [first = ''] = ids;

let world: TestWorld;

beforeEach(async () => {
  world = await startWorld({ servers: ids.map((id) => ({ id, name: 'live' })) });
  await world.declareConnection();
  await world.declare({ id: first, label: 'first', spec: { name: 'live' } });
});

afterEach(() => world.close());

const code = async (argv: readonly string[], more: RunOptions = {}) =>
  (await onTables(world, world.clock).run(argv, more)).code;

const change = () => world.declare({ id: first, label: 'first', spec: { name: 'desired' } });
const changeAll = () => world.declare(...ids.map((id) => ({ id, spec: { name: 'desired' } })));

test('0: all is well', async () => {
  expect(await code(['plan', '--detailed-exitcode'])).toBe(0);
  await change();
  expect(await code(['plan'])).toBe(0);
  expect(await code(['apply', '--yes'])).toBe(0);
  expect(await code(['status'])).toBe(0);
});

test('1: an error, a part of it failed, or a no', async () => {
  await change();
  expect(await code(['apply'], { answer: 'no' })).toBe(1);
  await world.declare({ id: 'not-there', spec: { name: 'x' } });
  expect(await code(['apply', '--yes'])).toBe(1);
  expect(world.barndoor.find(first).name).toBe('desired');
  await world.secrets.write(`trueup/${connection}/token`, 'another');
  expect(await code(['plan'])).toBe(1);
  expect(await code(['plan', '--detailed-exitcode'])).toBe(1);
  expect(await code(['doctor'])).toBe(1);
  // A row that is not valid is no input of this command line: its connection fails, and the others go on.
  await world.declareConnection({ baseUrl: 'http://gateway.example.com' });
  expect(await code(['plan'])).toBe(1);
});

test('2: something would change, where it is asked for', async () => {
  await change();
  expect(await code(['plan', '--detailed-exitcode'])).toBe(2);
});

test('3: what is asked for is not valid', async () => {
  expect(await code(['plan', '--nonsense'])).toBe(3);
  expect(await code(['plan', 'nobody'])).toBe(3);
  expect(await code(['validate', 'nowhere.yaml'])).toBe(3);
  await change();
  expect(await code(['apply'])).toBe(3);
  expect(world.barndoor.counts.put).toBe(0);
});

test('4: the guard holds something', async () => {
  await changeAll();
  expect(await code(['plan'])).toBe(0);
  expect(await code(['plan', '--detailed-exitcode'])).toBe(4);
  expect(await code(['apply', '--yes'])).toBe(4);
  expect(world.barndoor.counts.put).toBe(0);
});

test('4 comes before 1 where nothing is wrong but that a server is missing', async () => {
  await changeAll();
  await world.declare({ id: 'not-there', spec: { name: 'x' } });
  expect(await code(['apply', '--yes'])).toBe(4);
  expect(await code(['status', '--exit-code'])).toBe(4);
  world.barndoor.misbehave({ operation: 'list', effect: { kind: 'status', status: 403 } });
  expect(await code(['apply', '--yes'])).toBe(1);
});

describe('status --exit-code', () => {
  test('is 0 before the first pass, and in sync', async () => {
    expect(await code(['status', '--exit-code'])).toBe(0);
    expect(await code(['apply', '--yes'])).toBe(0);
    expect(await code(['status', '--exit-code'])).toBe(0);
  });

  test('is 1 where something needs attention, of what is named', async () => {
    await world.declare({ id: 'not-there', label: 'gone', spec: { name: 'x' } });
    expect(await code(['apply', '--yes'])).toBe(1);
    expect(await code(['status'])).toBe(0);
    expect(await code(['status', '--exit-code'])).toBe(1);
    expect(await code(['status', '--exit-code', '--failing', '-o', 'json'])).toBe(1);
    expect(await code(['status', '--exit-code', `${connection}/gone`])).toBe(1);
    expect(await code(['status', '--exit-code', `${connection}/first`])).toBe(0);
  });
});

test('130: interrupted', async () => {
  await change();
  const stop = new AbortController();
  const answer = () => {
    stop.abort();
    return undefined;
  };
  expect(await code(['apply'], { answer, stop: stop.signal })).toBe(130);
  expect(await code(['plan'], { stop: AbortSignal.abort() })).toBe(130);
  expect(world.barndoor.counts.put).toBe(0);
});

test('of several findings the most severe is the exit code', () => {
  const rising = [0, 2, 4, 1, 3, 130] as const;
  for (const [at, one] of rising.entries()) {
    expect(mostSevere(rising.slice(0, at + 1))).toBe(one);
    expect(mostSevere(rising.slice(0, at + 1).toReversed())).toBe(one);
  }
  expect(mostSevere([])).toBe(0);
  expect(mostSevere(['missing'])).toBe(1);
  expect(mostSevere(['missing', 2])).toBe(1);
  expect(mostSevere([4, 'missing'])).toBe(4);
  expect(mostSevere([1, 4, 'missing'])).toBe(1);
});
