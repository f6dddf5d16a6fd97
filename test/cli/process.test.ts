import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { startBarndoor } from '../../lib/local/barndoor-simulator.ts';
import type { BarndoorSimulator } from '../../lib/local/barndoor-simulator.ts';
import { leaseFile } from '../../lib/files/lease-file.ts';
import { ledgerFile } from '../../lib/files/ledger-file.ts';
import { serverIds } from '../support/world.ts';
import { testClock } from '../support/clock.ts';

const entry = resolve(import.meta.dirname, '../../bin/trueup.mjs');
const ids = serverIds(40);
const files = ['--file', 'trueup.json', '--secrets', 'secrets.json'];

let vendor: BarndoorSimulator;
let folder: string;

function start(argv: readonly string[]) {
  const child = spawn(process.execPath, [entry, ...argv], {
    cwd: folder,
    env: { PATH: '', TRUEUP_ALLOWED_HOSTS: `barndoor=${new URL(vendor.url).host}` },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const told = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (told.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (told.stderr += text));
  const ended = once(child, 'close').then(([code, signal]) => ({ code, signal, ...told }));
  return { child, ended };
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'trueup-cli-'));
  vendor = await startBarndoor({
    servers: ids.map((id) => ({ id, name: `Before ${id}` })),
    tokens: ['token'],
    latencyMs: 30,
  });
  const declaration = {
    connection: 'acme',
    provider: 'barndoor',
    baseUrl: vendor.url,
    auth: { type: 'bearer', token: { secret: 'trueup/acme/token' } },
    budget: { requestsPerMinute: 60_000, concurrency: 4 },
    policy: { limits: { updates: '100%' } },
    servers: ids.map((id) => ({ id, spec: { name: `After ${id}` } })),
  };
  await writeFile(join(folder, 'trueup.json'), JSON.stringify(declaration));
  await writeFile(join(folder, 'secrets.json'), '{"trueup/acme/token":"token"}', { mode: 0o600 });
});

afterEach(async () => {
  await vendor.close();
  await rm(folder, { recursive: true, force: true });
});

test('Ctrl-C in a real process: nothing is lost, the lease is free, the next run does the rest', async () => {
  const { child, ended } = start(['apply', '--yes', ...files]);
  const clock = testClock();
  while (vendor.counts.put < 8 && child.exitCode === null) await clock.sleep(5);
  child.kill('SIGINT');
  const { code, signal, stdout, stderr } = await ended;
  expect({ code, signal }).toEqual({ code: 130, signal: null });
  expect(stderr).toContain('interrupted: ');
  expect(stdout).toMatch(/acme: \d+ updated, \d+ unreached/);
  const state = join(folder, '.trueup');
  const { servers } = await ledgerFile({ folder: state, clock }).read('acme');
  const changed = vendor.servers.filter(({ name }) => name.startsWith('After'));
  expect(changed.length).toBe(vendor.counts.put);
  expect(changed.length).toBeLessThan(ids.length);
  for (const { id } of changed) expect(servers.get(id)?.outcome).toBe('inSync');
  expect((await leaseFile({ folder: state }).read('acme'))?.owner).toBeUndefined();

  const next = await start(['apply', '--yes', ...files]).ended;
  expect(next.code).toBe(0);
  expect(vendor.counts.put).toBe(ids.length);
});

test('a reader that goes away is no error', async () => {
  const { child, ended } = start(['plan', ...files]);
  child.stdout.destroy();
  const { code, stderr } = await ended;
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
});

test('in a pipe there is no colour, and results alone are on standard output', async () => {
  const { code, stdout, stderr } = await start(['plan', '--output', 'json', ...files]).ended;
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(JSON.parse(stdout)).toMatchObject({ version: 1, plans: [{ servers: ids.length }] });
});
