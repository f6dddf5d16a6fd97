import { expect, test } from '@jest/globals';
import { roomOf, shares } from '../../../bench/harness/profile.ts';

const node = (id: number, functionName: string, url: string, children: number[] = []) => ({
  id,
  callFrame: { functionName, url, lineNumber: 0, columnNumber: 0 },
  children,
});

test('a function of the language counts for its caller, and waiting does not count', () => {
  const profile = {
    nodes: [
      node(1, '(root)', '', [2, 3, 5]),
      node(2, '(idle)', ''),
      node(3, 'send', 'node:http', [4]),
      node(4, 'parse', ''),
      node(5, '(garbage collector)', ''),
    ],
    samples: [2, 3, 4, 5],
    timeDeltas: [9000, 1000, 2000, 500],
  };
  expect([...shares(profile)]).toEqual([
    ['Node: http, streams and others', 3],
    ['garbage collection', 0.5],
  ]);
});

test.each([
  ['../../lib/plan/diff/diff.ts', 'lib/plan'],
  ['../lib/wiring.ts', 'lib/wiring.ts'],
  ['../../node_modules/@smithy/core/dist-es/index.js', '@smithy/core'],
  ['../../node_modules/a/node_modules/ky/lib/index.js', 'ky'],
  ['../functions/queued.ts', 'functions'],
])('%s is of %s', (source, room) => {
  expect(roomOf(source)).toBe(room);
});
