import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { closeSync, existsSync, openSync } from 'node:fs';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { startFleetInFiles } from '../../test/support/fleet-in-files.ts';
import type { FleetInFiles } from '../../test/support/fleet-in-files.ts';
import { holdPuts, until } from '../../test/support/held.ts';
import { childEnvironment } from '../../test/support/child-environment.ts';

const entry = resolve(import.meta.dirname, '../../bin/trueup.mjs');

let fleet: FleetInFiles;

function start(argv: readonly string[], environment: Readonly<Record<string, string>> = {}) {
  const child = spawn(process.execPath, [entry, ...argv, ...fleet.options], {
    cwd: fleet.folder,
    env: { ...childEnvironment, ...fleet.environment, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const told = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (told.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (told.stderr += text));
  const ended = once(child, 'close').then(([code, signal]) => ({ code, signal, ...told }));
  return { child, ended, told };
}

beforeEach(async () => {
  fleet = await startFleetInFiles({ servers: 20 });
});

afterEach(() => fleet.close());

test('Ctrl-C in a real process: nothing is lost, the lease is free, the next run does the rest', async () => {
  const { vendor, ids } = fleet;
  const answerPuts = holdPuts(vendor, { skip: 8 });
  const { child, ended, told } = start(['apply', '--yes']);
  await until(() => vendor.counts.put === 12);
  child.kill('SIGINT');
  await until(() => told.stderr.includes('finishing requests in progress'));
  answerPuts();
  const { code, signal, stdout, stderr } = await ended;
  expect({ code, signal }).toEqual({ code: 130, signal: null });
  expect(stderr).toContain('interrupted: ');
  expect(stdout).toMatch(/acme: \d+ updated, \d+ unreached/);
  const { servers } = await fleet.ledger.read('acme');
  const changed = fleet.changed();
  expect(changed.length).toBe(vendor.counts.put);
  expect(changed.length).toBeLessThan(ids.length);
  for (const id of changed) expect(servers.get(id)?.outcome).toBe('inSync');
  expect((await fleet.lease.read('acme'))?.owner).toBeUndefined();

  const next = await start(['apply', '--yes']).ended;
  expect(next.code).toBe(0);
  expect(vendor.counts.put).toBe(ids.length);
});

test('output that cannot be written is an error with exit code 1', async () => {
  // Linux has a device that is always full; elsewhere a pipe stands for it, and nothing is wrong.
  const isThere = existsSync('/dev/full');
  const full = isThere ? openSync('/dev/full', 'w') : 'pipe';
  const child = spawn(process.execPath, [entry, 'plan', ...fleet.options], {
    cwd: fleet.folder,
    env: { ...childEnvironment, ...fleet.environment },
    stdio: ['ignore', full, 'pipe'],
  });
  if (typeof full === 'number') closeSync(full);
  let stderr = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const [code] = (await once(child, 'close')) as [number];
  expect([code, stderr]).toEqual(
    isThere
      ? [
          1,
          'error: the output cannot be written: ENOSPC\nnext: write it to another place, or free disk space\n',
        ]
      : [0, ''],
  );
});

test('a reader that goes away is no error', async () => {
  const { child, ended } = start(['plan']);
  child.stdout.destroy();
  const { code, stderr } = await ended;
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
});

test('in a pipe there is no colour, and results alone are on standard output', async () => {
  const { code, stdout, stderr } = await start(['plan', '--output', 'json']).ended;
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(JSON.parse(stdout)).toMatchObject({ version: 1, plans: [{ servers: fleet.ids.length }] });
});

test('in a pipe progress is a line for each server, as text and nothing else', async () => {
  const { code, stdout, stderr } = await start(['apply', '--yes']).ended;
  expect(code).toBe(0);
  expect(stdout + stderr).not.toMatch(/[^\P{Cc}\n]/u);
  expect(stderr.trim().split('\n').toSorted()).toEqual(
    fleet.ids.map((id) => `acme/${id}: updated`),
  );
});

test('in a pipe there is colour where it is asked for, and still no line that changes', async () => {
  const { stdout, stderr } = await start(['apply', '--yes'], { FORCE_COLOR: '1' }).ended;
  expect(stdout).toContain('\u001B[33m~ acme/');
  expect(stderr).not.toMatch(/[^\P{Cc}\n]/u);
});
