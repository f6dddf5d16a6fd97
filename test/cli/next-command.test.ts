import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';
import { completed, nextCommand } from '../../lib/cli/next-command.ts';
import type { GlobalOptions } from '../../lib/cli/context.ts';

const none: GlobalOptions = { output: 'text' };

const approve = 'trueup approve acme 5f2a91c07be4';

test.each<[string, Partial<GlobalOptions>, string, string]>([
  ['a stack', { stack: 'trueup-prod' }, approve, `${approve} --stack trueup-prod`],
  [
    'tables, profile and region',
    { desiredTable: 'Desired', ledgerTable: 'Ledger', profile: 'ops', region: 'eu-west-1' },
    'trueup status',
    'trueup status --desired-table Desired --ledger-table Ledger --profile ops --region eu-west-1',
  ],
  [
    'files, with what belongs to them',
    { file: ['a.yaml', 'b c.yaml'], state: 'state', secrets: "it's.json" },
    'trueup plan acme',
    String.raw`trueup plan acme -f a.yaml -f 'b c.yaml' --state state --secrets 'it'\''s.json'`,
  ],
  ['the embedded world', { local: true }, 'trueup doctor', 'trueup doctor --local'],
  [
    'a folder that only files have',
    { stack: 's', state: 'x' },
    'trueup pull',
    'trueup pull --stack s',
  ],
  [
    'files beside a stack, of a push',
    { file: ['a.yaml'], stack: 's' },
    'trueup push FILE',
    'trueup push FILE --stack s',
  ],
  [
    'files beside a stack, of an approval',
    { file: ['a.yaml'], stack: 's' },
    approve,
    `${approve} --stack s`,
  ],
  ['files alone, of an approval', { file: ['a.yaml'] }, approve, `${approve} -f a.yaml`],
  ['nothing', {}, approve, approve],
  ['what is named already', { stack: 's' }, 'trueup plan --stack NAME', 'trueup plan --stack NAME'],
  [
    'files, of a check',
    { file: ['a.yaml'], stack: 's' },
    'trueup validate',
    'trueup validate -f a.yaml',
  ],
  ['what it does not work on', { stack: 's' }, 'trueup validate FILE', 'trueup validate FILE'],
  ['files, which are named already', { file: ['a'] }, 'trueup plan -f b', 'trueup plan -f b'],
  ['a folder for the file of this folder', { state: 'x' }, 'trueup plan', 'trueup plan --state x'],
  ['no command of ours', { stack: 's' }, 'terraform plan', 'terraform plan'],
])('with %s, the next command is to work on the same', (_, options, line, expected) => {
  expect(nextCommand({ ...none, ...options })(line)).toBe(expected);
});

test('in a sentence, only text in backquotes is a command', () => {
  const next = nextCommand({ ...none, stack: 's' });
  const text = 'look at `trueup status`, `auth` and trueup itself; or `trueup validate FILE`';
  expect(completed(text, next)).toBe(
    'look at `trueup status --stack s`, `auth` and trueup itself; or `trueup validate FILE`',
  );
});

test('a shell takes each value for the one word that it is', async () => {
  const file = ['a b', "it's", '$(id)', '`id`', 'a;b', '*', '~', '', 'ü', 'a\\b', '"'];
  const line = nextCommand({ ...none, file })('trueup plan');
  const { stdout } = await promisify(execFile)('sh', [
    '-c',
    `trueup() { printf '%s\\n' "$@"; }\n${line}`,
  ]);
  expect(stdout).toBe(`${['plan', ...file.flatMap((one) => ['-f', one])].join('\n')}\n`);
});
