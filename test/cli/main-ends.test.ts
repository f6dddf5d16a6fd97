import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { commandList } from '../../lib/cli/command-list.ts';
import { commandLines, startFailures } from '../support/command-ends.ts';
import type { Failures } from '../support/command-ends.ts';

/*
 * Every command with every failure is in proof/cli/ends.test.ts: a process takes half a second to start, and a watch
 * finishes the call that is in flight.
 */

let world: Failures;

beforeAll(async () => {
  world = await startFailures();
});

afterAll(() => world.close());

test('there is a command line for each command', () => {
  expect(Object.keys(commandLines)).toEqual(commandList.map(({ name }) => name));
});

test.each([
  ['status', 'a folder that is in use', 1, /is in use by process \d+/],
  ['plan', 'a file that does not parse', 3, /broken\.yaml/],
  ['apply', 'SIGTERM, while the gateway does not answer', 130, /interrupted/],
  ['status', 'SIGTERM, while AWS does not answer', 130, /interrupted/],
] as const)('`%s` ends with %s', async (command, failure, code, says) => {
  const { output, ...ended } = await world.run(
    commandLines[command] ?? [],
    world.failures[failure]!,
  );
  expect(ended).toEqual({ code, signal: null });
  expect(output).toMatch(says);
});
