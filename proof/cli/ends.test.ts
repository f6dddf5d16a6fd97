import { expect, test } from '@jest/globals';
import { everyEnd } from './every-end.ts';

test('every command ends, whatever fails around it', async () => {
  const { ran, strange } = await everyEnd();
  expect(strange).toEqual([]);
  expect(ran).toBeGreaterThan(200);
}, 3_600_000);
