import { expect, test } from '@jest/globals';
import { readOptions } from '../../../bench/cost/options.ts';

test('without options the bill is of the three fleets of the page, with shared secrets', () => {
  const { fleets, write } = readOptions([]);
  expect(write).toBe(false);
  expect(fleets.map(({ connections }) => connections)).toEqual([1, 100, 10_000]);
  expect(fleets[0]).toEqual({ connections: 1, servers: 20, secrets: 'shared', everyMinutes: 5 });
});

test('a fleet is named by its connections, servers, interval and secrets', () => {
  const args = '--connections 7 --servers 3 --every 1h --secrets each'.split(' ');
  expect(readOptions(args).fleets).toEqual([
    { connections: 7, servers: 3, secrets: 'each', everyMinutes: 60 },
  ]);
});

test.each([
  ['--connections 0', '--connections must be a whole number from 1'],
  ['--servers 1.5', '--servers must be a whole number from 1'],
  ['--every soon', '--every must be a duration such as 5m'],
  ['--secrets none', '--secrets must be shared or each'],
  ['--write --secrets each', '--write takes no other option'],
  ['--prices /nowhere/prices.json', '/nowhere/prices.json: cannot be read: ENOENT'],
])('%s is refused', (args, problem) => {
  expect(() => readOptions(args.split(' '))).toThrow(problem);
});
