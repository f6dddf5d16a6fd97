import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { barriersIn, securityFaults } from '../../scripts/security-doc.ts';

const page = readFileSync('docs/security.md', 'utf8');
const read = (file: string) => (existsSync(file) ? readFileSync(file, 'utf8') : undefined);
const barriers = barriersIn(page);

describe('docs/security.md', () => {
  test('names tests that there are, for every barrier', () => {
    expect(barriers.length).toBeGreaterThanOrEqual(20);
    expect(securityFaults(barriers, read)).toEqual([]);
    const named = barriers.flatMap(({ tests }) => tests).length;
    expect(named).toBe([...page.matchAll(/`test\/[^`]+`/g)].length);
  });

  test('would not get away with a test that is gone, or a barrier without any', () => {
    const [first, second, ...others] = barriers;
    if (!first || !second) throw new Error('no barriers');
    const [one = { file: '', name: '' }] = first.tests;
    const spoilt = [
      { ...first, tests: [{ ...one, name: 'is safe' }] },
      { ...second, tests: [{ ...one, file: 'test/gone.test.ts' }] },
      { danger: 'a new one', tests: [] },
      ...others,
    ];
    expect(securityFaults(spoilt, read)).toEqual([
      `${one.file} has no test 'is safe'`,
      'test/gone.test.ts is not there',
      'no test shows the barrier against: a new one',
    ]);
  });

  test('a title in a comment or a value is no test', () => {
    const tests = [{ file: 'x', name: 'a name' }];
    const faults = (text: string) => securityFaults([{ danger: 'd', tests }], () => text);
    expect(faults("const x = 'a name';\n// test 'a name'")).toHaveLength(1);
    expect(faults("test(\n  'a name',")).toEqual([]);
  });
});
