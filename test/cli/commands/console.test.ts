import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startFleetInFiles } from '../../support/fleet-in-files.ts';
import type { FleetInFiles } from '../../support/fleet-in-files.ts';
import { testClock } from '../../support/clock.ts';
import { formIn, sessionAt } from '../../support/console.ts';
import { trueup } from '../run.ts';
import type { Ran } from '../run.ts';

let fleet: FleetInFiles;
const clock = testClock();

beforeEach(async () => {
  fleet = await startFleetInFiles({ servers: 2, labelOf: (index) => `s${index}` });
});

afterEach(() => fleet.close());

interface Opened {
  readonly address: string;
  readonly get: (path: string) => Promise<string>;
  readonly post: (fields: Record<string, string>) => Promise<Response>;
}

/** Runs the command, and ends it with Ctrl-C once `work` is done. */
async function opened(
  argv: readonly string[],
  work: (browser: Opened) => Promise<void>,
): Promise<Ran> {
  const stop = new AbortController();
  let heard = '';
  const { promise, resolve } = Promise.withResolvers<string>();
  const running = trueup(['console', ...argv, ...fleet.options], {
    cwd: fleet.folder,
    environment: { ...fleet.environment, USER: 'kim', CI: 'true' },
    stop: stop.signal,
    wiring: { clock },
    heard: (text) => {
      heard += text;
      const [address] = /http:\/\/127\.0\.0\.1:\d+\/\S+/.exec(heard) ?? [];
      if (address !== undefined) resolve(address);
    },
  });
  try {
    const address = await Promise.race([
      promise,
      running.then(({ stderr }) => Promise.reject(new Error(stderr))),
    ]);
    const { get, post } = await sessionAt(address);
    await work({ address, get: async (path) => (await get(path)).text(), post });
  } finally {
    stop.abort();
  }
  return running;
}

test('shows the fleet of files, makes no pass, and ends with 0 at Ctrl-C', async () => {
  const { code, stderr } = await opened([], async ({ get }) => {
    const page = await get('/servers');
    expect(page).toMatch(/trueup\.json[\s\S]*acme\/s0/);
    expect(await get('/')).toContain('Read-only');
    expect(await get('/act?act=retry&connection=acme')).toContain('start it with --write');
  });
  expect(code).toBe(0);
  expect(stderr).toContain('pass --write to enable forms');
  expect(fleet.vendor.requests).toEqual([]);
  expect(await fleet.ledger.lastReport('acme')).toBeUndefined();
});

test("with --write a retry from files makes the pass, which is the person's", async () => {
  const { code } = await opened(['--write'], async ({ get, post }) => {
    const form = formIn(await get('/act?act=retry&connection=acme'));
    expect((await post(form)).status).toBe(200);
    while (fleet.changed().length < 2) await clock.sleep(10);
    expect(await get('/act?act=reconcile&connection=acme')).toContain(
      'There are no deployed functions',
    );
  });
  expect(code).toBe(0);
  const [change] = await fleet.ledger.history('acme');
  expect(change).toMatchObject({ kind: 'change', command: 'retry' });
  expect(change?.by).toMatch(/^kim@/);
});

test('shows what the files declare now, and what is wrong with them until it is fixed', async () => {
  await opened([], async ({ get }) => {
    expect(await get('/servers')).toContain('acme/s0');
    await writeFile(join(fleet.folder, 'trueup.json'), '{"connection": ');
    clock.advance(16_000);
    const broken = await get('/servers');
    expect(broken).toMatch(/cannot be read since[\s\S]*not valid/);
    expect(broken).toContain('acme/s0');
    clock.advance(16_000);
    expect(await get('/servers')).toMatch(/cannot be read since/);
  });
});

test('prints its address as JSON', async () => {
  let shown = '';
  const { stdout } = await opened(['-o', 'json'], async ({ address }) => {
    shown = address;
  });
  expect(JSON.parse(stdout)).toEqual({ version: 1, address: shown });
});

test('stops after the idle time without a request', async () => {
  const { code, stderr } = await trueup(['console', '--idle', '1s', ...fleet.options], {
    cwd: fleet.folder,
    environment: { ...fleet.environment, CI: 'true' },
    wiring: { clock },
  });
  expect(code).toBe(0);
  expect(stderr).toContain('there were no requests');
});

test.each(['0', '70000', 'x', '-1'])('--port %s is refused', async (port) => {
  const { code, stderr } = await trueup(['console', '--port', port, ...fleet.options], {
    cwd: fleet.folder,
  });
  expect(code).toBe(3);
  expect(stderr).toContain('from 1 to 65535');
});

test('a port that is in use is an error with the next step', async () => {
  await opened([], async ({ address }) => {
    const { port } = new URL(address);
    const { code, stderr } = await trueup(['console', '--port', port, ...fleet.options], {
      cwd: fleet.folder,
      environment: fleet.environment,
      wiring: { clock },
    });
    expect(code).toBe(1);
    expect(stderr).toMatch(/port is in use[\s\S]*next: pass another port/);
  });
});

test('an address that is opened twice ends the session, with the next step', async () => {
  const { code, stderr } = await opened([], async ({ address }) => {
    expect((await fetch(address, { redirect: 'manual' })).status).toBe(401);
  });
  expect(code).toBe(1);
  expect(stderr).toMatch(/opened a second time[\s\S]*next: run the same command again/);
});
