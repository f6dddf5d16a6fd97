import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { GlobalOptions } from '../../../lib/cli/context.ts';
import { readCliSettings } from '../../../lib/cli/settings.ts';
import { chosen, chosenFiles, chosenTables } from '../../../lib/cli/targets/chosen.ts';

let empty: string;
let full: string;

beforeAll(async () => {
  empty = await mkdtemp(join(tmpdir(), 'trueup-cli-'));
  full = await mkdtemp(join(tmpdir(), 'trueup-cli-'));
  await mkdir(join(full, 'sub'));
  const files = ['trueup.yaml', 'secrets.json', 'sub/other.yaml', 'sub/secrets.json'];
  for (const file of files) await writeFile(join(full, file), '');
});

afterAll(async () => {
  await rm(empty, { recursive: true });
  await rm(full, { recursive: true });
});

const choice = (
  options: Partial<GlobalOptions>,
  environment: NodeJS.ProcessEnv,
  isFull: boolean,
) => ({
  options: { output: 'text', ...options } as const,
  settings: readCliSettings(environment),
  cwd: isFull ? full : empty,
});

const file = (...names: string[]) => ({ file: names });
const bothVariables = { TRUEUP_FILE: 'v.yaml', TRUEUP_STACK: 'v' };
const other = join('sub', 'other.yaml');

describe('what is worked on: an option before a variable before what is in the folder', () => {
  test.each<[Partial<GlobalOptions>, NodeJS.ProcessEnv, boolean, object]>([
    [{}, {}, true, { file: ['trueup.yaml'], secrets: 'secrets.json', state: '.trueup' }],
    [{}, { TRUEUP_FILE: 'v.yaml' }, true, { file: ['v.yaml'], secrets: 'secrets.json' }],
    [{}, { TRUEUP_FILE: 'v.yaml' }, false, { file: ['v.yaml'] }],
    [{}, { TRUEUP_STACK: 'v' }, true, { file: [], stack: 'v' }],
    [file('o.yaml'), bothVariables, true, { file: ['o.yaml'], secrets: 'secrets.json' }],
    [{ stack: 'o' }, bothVariables, true, { file: [], stack: 'o' }],
    [{ local: true }, bothVariables, true, { file: [], local: true }],
    [{ ledgerTable: 'l' }, bothVariables, true, { file: [], ledgerTable: 'l' }],
    [{ ...file('o.yaml'), stack: 'o' }, {}, true, { file: ['o.yaml'], stack: 'o' }],
    [file(other), {}, true, { file: [other], secrets: join('sub', 'secrets.json') }],
    [file('sub'), {}, true, { file: ['sub'], secrets: join('sub', 'secrets.json') }],
    [file('a.yaml', other), {}, false, { file: ['a.yaml', other] }],
    [{ state: 'o' }, { TRUEUP_STATE: 'v' }, true, { state: 'o' }],
    [{}, { TRUEUP_STATE: 'v' }, true, { state: 'v' }],
    [{ secrets: 'o' }, { TRUEUP_SECRETS: 'v' }, true, { secrets: 'o' }],
    [{}, { TRUEUP_SECRETS: 'v' }, true, { secrets: 'v' }],
  ])('%j with %j, in a folder with files %s: %j', (options, environment, isFull, expected) => {
    expect(chosen(choice(options, environment, isFull))).toMatchObject(expected);
  });

  test.each<[Partial<GlobalOptions>, NodeJS.ProcessEnv]>([
    [file('o.yaml'), {}],
    [{ stack: 'o' }, {}],
    [{}, { TRUEUP_STACK: 'v' }],
  ])('%j with %j has no secrets file that is not there', (options, environment) => {
    expect(chosen(choice(options, environment, false))).not.toHaveProperty('secrets');
  });
});

describe('two targets are an error that names both', () => {
  test.each<[Partial<GlobalOptions>, NodeJS.ProcessEnv, string]>([
    [{ local: true, stack: 's' }, {}, '--local and --stack'],
    [{ local: true, desiredTable: 'd' }, {}, '--local and --desired-table'],
    [{ stack: 's', ledgerTable: 'l' }, {}, '--stack and --ledger-table'],
    [{}, bothVariables, 'TRUEUP_FILE and TRUEUP_STACK'],
  ])('%j with %j', (options, environment, both) => {
    const expected = `${both} cannot be combined: a command has one target`;
    expect(() => chosen(choice(options, environment, true))).toThrow(expected);
  });
});

test('without a target the error names the default file', () => {
  expect(() => chosen(choice({}, {}, false))).toThrow('there is no trueup.yaml in this folder');
});

describe('a push writes to tables, whatever files are there', () => {
  test.each<[Partial<GlobalOptions>, NodeJS.ProcessEnv, string]>([
    [{}, bothVariables, 'v'],
    [{ stack: 'o' }, bothVariables, 'o'],
    [{ ...file('o.yaml'), stack: 'o' }, {}, 'o'],
  ])('%j with %j: stack %s', (options, environment, stack) => {
    expect(chosenTables(choice(options, environment, true))).toMatchObject({ file: [], stack });
  });

  test.each([
    [{}, 'no target'],
    [file('o.yaml'), 'no target'],
    [{ local: true, stack: 's' }, '--local and --stack'],
  ])('%j is an error', (options, expected) => {
    expect(() => chosenTables(choice(options, {}, true))).toThrow(expected);
  });
});

test.each([
  [file('o.yaml'), bothVariables, true, ['o.yaml']],
  [{}, bothVariables, true, ['v.yaml']],
  [{ stack: 'o' }, {}, true, ['trueup.yaml']],
  [{}, {}, false, []],
])('files of %j with %j, in a folder with files %s: %j', (options, environment, isFull, files) => {
  expect(chosenFiles(choice(options, environment, isFull))).toEqual(files);
});
