import { describe, expect, test } from '@jest/globals';
import { breaches } from '../../scripts/check-imports.ts';
import { floors } from '../../scripts/rooms.ts';

const file = (path: string, text: string) => ({ path, text });

describe('check:imports', () => {
  test.each([
    [
      'an import of a room above',
      file('lib/model/unit.ts', "import { f } from '../plan/diff/diff.ts';"),
      'imports lib/plan/diff/diff.ts; lib/plan is not below lib/model',
    ],
    [
      'an import of a room beside',
      file('lib/ledger/a.ts', "import type { B } from '../work/b.ts';"),
      'imports lib/work/b.ts; lib/work is not below lib/ledger',
    ],
    [
      'an import of the composition root from below',
      file('lib/pass/pass.ts', "const w = await import('../wiring.ts');"),
      'imports lib/wiring.ts; lib/wiring.ts is not below lib/pass',
    ],
    [
      'an import from the embedded world',
      file('lib/local/a.ts', "import { f } from '../model/json.ts';"),
      'lib/local imports no other room',
    ],
    [
      'an import from the deployment',
      file('lib/infra/a.ts', "export { f } from '../model/json.ts';"),
      'lib/infra imports no other room',
    ],
    [
      'an import of the deployment',
      file('lib/pass/a.ts', "import { f } from '../infra/stack.ts';"),
      'imports lib/infra/stack.ts; only test code may import lib/infra',
    ],
    ['a file in no room', file('lib/utils/a.ts', "import '../utils/b.ts';"), 'is in no room'],
    [
      'an import of no room',
      file('lib/pass/a.ts', "import '../utils/b.ts';"),
      'imports lib/utils/b.ts, in no room',
    ],
    [
      'a pure room that imports one that is not',
      file('lib/desired/rules/a.ts', "import { f } from '../yaml/b.ts';"),
      'imports lib/desired/yaml/b.ts; lib/desired is not below lib/desired/rules',
    ],
    [
      'a pure room that reads files',
      file('lib/plan/a.ts', "import { readFileSync } from 'node:fs';"),
      "imports 'node:fs'; lib/plan is pure",
    ],
    [
      'a pure room that takes randomness',
      file('lib/model/a.ts', "import { createHash, randomUUID } from 'node:crypto';"),
      "imports 'node:crypto'; lib/model is pure",
    ],
    ['zod itself', file('lib/pass/a.ts', "import * as z from 'zod';"), 'all code uses zod/mini'],
    [
      'an AWS client',
      file('lib/pass/a.ts', "import { SQSClient } from '@aws-sdk/client-sqs';"),
      "imports '@aws-sdk/client-sqs'; it is an AWS client: only lib/table",
    ],
    [
      'an HTTP package',
      file('lib/pass/a.ts', "import ky from 'ky';"),
      "imports 'ky'; it sends HTTP: only lib/gateways, lib/sign-in",
    ],
    [
      "Node's HTTP client",
      file('lib/cli/a.ts', "import { request } from 'node:https';"),
      'sends HTTP (node:https); only lib/gateways, lib/sign-in',
    ],
    ['fetch', file('lib/work/a.ts', 'await fetch(url);'), 'sends HTTP (fetch); only lib/gateways'],
    ['the environment', file('lib/cli/a.ts', 'process.env.HOME;'), 'reads process.env; only the'],
  ])('%s is a breach', (_what, source, expected) => {
    const [line, ...rest] = breaches([source]);
    expect(rest).toEqual([]);
    expect(line).toContain(`${source.path}: `);
    expect(line).toContain(expected);
  });

  test.each([
    ['lib/pass/a.ts', true],
    ['lib/gateways/http/a.ts', true],
    ['functions/a.ts', true],
    ['lib/gateways/barndoor/a.ts', false],
    ['lib/gateways/gateways.ts', false],
    ['lib/gateways/names.ts', false],
    ['lib/local/gateways/a.ts', false],
    ['lib/cli/commands/init/a.ts', false],
    ['demo/a.ts', false],
  ])('the name of a gateway in %s is a breach: %s', (path, isBreach) => {
    const found = breaches([file(path, "const name = 'acme-Barndoor';")]);
    expect(found).toEqual(
      isBreach ? [expect.stringContaining(`${path}: names the gateway barndoor`)] : [],
    );
  });

  test('a circle is shown as its shortest chain, types and scripts included', () => {
    const circle = [
      file('lib/plan/a.ts', "import { b } from './b.ts';"),
      file('lib/plan/b.ts', "import { c } from './c.ts';\nimport type { A } from './a.ts';"),
      file('lib/plan/c.ts', "import { a } from './a.ts';"),
      file('scripts/a.ts', "export * from './b.ts';"),
      file('scripts/b.ts', "import { a } from './a.ts';"),
    ];
    expect(breaches(circle)).toEqual([
      'circle: lib/plan/a.ts -> lib/plan/b.ts -> lib/plan/a.ts; move what they share to a file below both',
      'circle: scripts/a.ts -> scripts/b.ts -> scripts/a.ts; move what they share to a file below both',
    ]);
  });

  test.each([
    ['a room below', file('lib/pass/pass.ts', "import { diff } from '../plan/diff.ts';")],
    ['its own room', file('lib/pass/pass.ts', "import { read } from './read.ts';")],
    ['a room named beside', file('lib/sign-in/a.ts', "import '../gateways/http/client.ts';")],
    ['hashing', file('lib/model/a.ts', "import { createHash, type Hash } from 'node:crypto';")],
    ["a server's types", file('lib/cli/a.ts', "import { createServer } from 'node:http';")],
    [
      "providers' names in the deployment",
      file('lib/infra/a.ts', "import { f } from '../gateways/names.ts';"),
    ],
    ['settings', file('functions/settings.ts', 'process.env.HOME;')],
    ['a method named fetch', file('lib/work/a.ts', 'store.fetch(key);')],
  ])('%s is no breach', (_what, source) => {
    expect(breaches([source])).toEqual([]);
  });

  test('no two rooms are beside each other, which would be a circle of rooms', () => {
    const beside = floors.flat().flatMap(({ path, beside: list = [] }) => {
      return list.map((other) => [path, other] as const);
    });
    const isBeside = (from: string, to: string) =>
      beside.some(([one, other]) => one === from && other.startsWith(to));
    expect(beside.filter(([one, other]) => isBeside(other, one))).toEqual([]);
  });
});
