import { expect, test } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { picture, plan } from '../../scripts/picture.ts';

test('the picture of README.md is what the command writes today', async () => {
  expect(await readFile('docs/pictures/plan.svg', 'utf8')).toBe(picture(plan()));
});

test('a line of a picture has the colours of its codes, and its text escaped', () => {
  expect(picture(['\u001B[33m~ a & <b>\u001B[0m c'])).toContain(
    '<tspan fill="#e3b341">~ a &amp; &lt;b&gt;</tspan><tspan fill="#e6edf3"> c</tspan>',
  );
});
