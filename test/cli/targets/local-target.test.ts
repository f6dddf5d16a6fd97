import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { accessToken, values } from '../../../demo/world/secret-values.ts';
import { trueup } from '../run.ts';
import type { Ran, RunOptions } from '../run.ts';

let folder: string;
const told: Ran[] = [];

const run = async (argv: readonly string[], more: RunOptions = {}) => {
  const ran = await trueup([...argv, '--local'], { cwd: folder, ...more });
  told.push(ran);
  return ran;
};

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'trueup-cli-'));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

test('the embedded world is kept from one command to the next', async () => {
  const first = await run(['plan', '--detailed-exitcode']);
  expect(first.stderr).toBe('');
  expect(first.code).toBe(2);
  expect(first.stdout).toContain('== acme-alloy (alloy)');
  // One row has a mistake, and one server is gone: that is the demo's story.
  const applied = await run(['apply', 'acme-barndoor', 'acme-alloy'], { answer: 'yes' });
  expect(applied.code).toBe(1);
  expect(applied.stdout).toMatch(/acme-alloy: \d updated/);
  const second = await run(['plan', '--detailed-exitcode']);
  expect(second.code).toBe(0);
  const history = await run(['history', 'acme-alloy/support-desk']);
  expect(history.stdout).toMatch(/\n {6}- "delete_order"\n {6}\+ "read_order"\n {6}\+ "reply"\n$/);
  const status = await run(['status', '--failing']);
  expect(status.stdout).toMatch(/x asana: missing since /);
  expect(status.stdout).toMatch(/x datadog: invalid since /);
  const text = JSON.stringify(told);
  for (const secret of [...Object.values(values), accessToken]) expect(text).not.toContain(secret);
});

test('whatever it says keeps to 80 columns', async () => {
  const said: string[] = [];
  const say = async (...argv: readonly string[]) => {
    const { stdout, stderr } = await run(argv, { answer: 'yes' });
    said.push(stdout, stderr);
  };
  await say('plan');
  await say('apply');
  await say('history');
  await say('pause', 'acme-barndoor/jira', '--until', '2h', '--reason', 'vendor maintenance');
  await say('plan');
  await say('status', 'acme-barndoor');
  await say('resume', 'acme-barndoor/jira');
  await say('resume', 'acme-barndoor/jira');
  await say('reconcile');
  await say('doctor');
  await say('approve', 'acme-barndoor', '0123456789abcdef');
  await say('plan', 'acme-barndoor/nobody');
  said.push((await run(['pull'])).stderr, (await run(['import', 'acme-alloy'])).stderr);
  const lines = said.join('\n').split('\n');
  expect(lines.length).toBeGreaterThan(100);
  expect(lines.filter((line) => line.length > 80)).toEqual([]);
});
