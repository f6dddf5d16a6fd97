import { expect, test } from '@jest/globals';
import { commandLines, startFailures } from '../../test/support/command-ends.ts';
import { everyEnd } from './every-end.ts';

test('every command ends, whatever fails around it', async () => {
  const { ran, strange } = await everyEnd();
  expect(strange).toEqual([]);
  expect(ran).toBeGreaterThan(200);
}, 3_600_000);

test('`watch` ends with 0 after SIGTERM, while the gateway does not answer', async () => {
  const world = await startFailures();
  try {
    const failure = world.failures['SIGTERM, while the gateway does not answer']!;
    const { output, ...ended } = await world.run(commandLines['watch'] ?? [], failure);
    expect(ended).toEqual({ code: 0, signal: null });
    expect(output).toMatch(/ ended$/m);
  } finally {
    await world.close();
  }
});
