import { afterEach, expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { accessToken, values } from '../../demo/world/secret-values.ts';
import type { Clock } from '../../lib/model/runtime.types.ts';
import { testClock } from '../../test/support/clock.ts';
import { sessionAt } from '../../test/support/console.ts';
import { until } from '../../test/support/held.ts';
import { trueup } from '../../test/cli/run.ts';
import { npmStart } from '../../test/cli/commands/npm-start.ts';

const clean: (() => void)[] = [];

afterEach(() => {
  for (const one of clean.splice(0)) one();
});

/** A clock on which what waits for long waits until the test moves it; `waits`: so many wait for `ms`. */
function movedClock() {
  const clock = testClock();
  const waiting = new Set<{
    readonly at: number;
    readonly ms: number;
    readonly wake: () => void;
  }>();
  const sleep: Clock['sleep'] = (ms, signal) => {
    if (ms < 10_000) return clock.sleep(ms, signal);
    return new Promise((resolve) => {
      const one = { at: clock.now() + ms, ms, wake: () => resolve(void waiting.delete(one)) };
      waiting.add(one);
      signal?.addEventListener('abort', one.wake, { once: true });
      if (signal?.aborted) one.wake();
    });
  };
  return {
    now: () => clock.now(),
    sleep,
    advance: (ms: number) => {
      clock.advance(ms);
      for (const { at, wake } of waiting) if (at <= clock.now()) wake();
    },
    waits: (ms: number) => [...waiting].some((one) => one.ms === ms),
  };
}

/** Of the rounds; nothing else waits for so long. */
const shownMs = 25_000;
const addressIn = (text: string) => /http:\/\/127\.0\.0\.1:\d+\/\?token=\S+/.exec(text)?.[0];

test('trueup demo --console shows drift appear and go, until Ctrl-C', async () => {
  const clock = movedClock();
  const stop = new AbortController();
  clean.push(() => stop.abort());
  let heard = '';
  const running = trueup(['demo', '--console'], {
    environment: { CI: 'true' },
    stop: stop.signal,
    wiring: { clock },
    heard: (text) => (heard += text),
  });
  await until(() => addressIn(heard) !== undefined);
  const { get, origin } = await sessionAt(addressIn(heard) ?? '');
  expect(await (await get('/')).text()).toContain('Read-only');
  await until(() => clock.waits(shownMs));
  const seen: boolean[] = [];
  for (let step = 0; step < 6; step += 1) {
    clock.advance(shownMs);
    await until(() => clock.waits(shownMs));
    const page = await (await get('/servers')).text();
    seen.push(page.includes('</span> would change (mode report)'));
    for (const secret of [...Object.values(values), accessToken])
      expect(page).not.toContain(secret);
  }
  expect(seen).toEqual([false, true, false, true, false, true]);
  const history = await (await get('/history')).text();
  expect(history).toMatch(/acme-alloy\/finance[^]*drift: changed at the gateway/);
  const before = (await (await get('/')).text()).match(/last pass .*/g);
  clock.advance(16_000);
  for (const path of ['/servers', '/plan', '/plan?make=now']) await get(path);
  expect((await (await get('/')).text()).match(/last pass .*/g)).toEqual(before);
  stop.abort();
  const { code, stdout, stderr } = await running;
  expect([code, stderr]).toEqual([
    0,
    expect.stringContaining('Read-only. Press Ctrl-C to stop it.'),
  ]);
  expect(stdout).toContain(addressIn(stderr));
  expect(stdout.split('\n').filter(({ length }) => length > 80)).toEqual([]);
  await expect(fetch(origin)).rejects.toThrow('fetch failed');
});

test('trueup demo --console ends after an hour without a request', async () => {
  const clock = movedClock();
  const running = trueup(['demo', '--console'], { environment: { CI: 'true' }, wiring: { clock } });
  await until(() => clock.waits(shownMs));
  clock.advance(3_600_000);
  expect((await running).code).toBe(0);
});

test('trueup demo --console ends when its address is opened twice, and the page shows how to go on', async () => {
  const clock = movedClock();
  let heard = '';
  const running = trueup(['demo', '--console'], {
    environment: { CI: 'true' },
    wiring: { clock },
    heard: (text) => (heard += text),
  });
  await until(() => clock.waits(shownMs));
  const address = addressIn(heard) ?? '';
  await sessionAt(address);
  const second = await fetch(address, { redirect: 'manual' });
  expect(second.status).toBe(401);
  expect(await second.text()).toMatch(/opened before.*run the same command again.*new address/);
  const { code, stderr } = await running;
  expect(code).toBe(1);
  expect(stderr).toContain('next: run the same command again, and open the new address once');
});

test('trueup demo --console prints no JSON, since it does not end by itself', async () => {
  const { code, stderr } = await trueup(['demo', '--console', '-o', 'json']);
  expect([code, stderr]).toEqual([3, expect.stringContaining('next: leave out -o')]);
});

test('npm start -- --console leaves no process and no file at Ctrl-C', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'trueup-demo-console-'));
  clean.push(() => rmSync(folder, { recursive: true, force: true }));
  const child = spawn('npm', npmStart.words('--', '--console', '--no-browser'), {
    env: { ...npmStart.environment, TMPDIR: folder },
    stdio: ['ignore', 'pipe', 'pipe'],
    // Ctrl-C goes to all processes of the terminal's group.
    detached: true,
  });
  const { pid } = child;
  if (pid === undefined) throw new Error('npm was not started');
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (said += text));
  const exited = once(child, 'exit');
  const isGone = () => {
    try {
      return !process.kill(-pid, 0);
    } catch {
      return true;
    }
  };
  clean.push(() => isGone() || process.kill(-pid, 'SIGKILL'));
  await until(() => said.includes('In the console'));
  const { get, origin } = await sessionAt(addressIn(said) ?? '');
  expect(await (await get('/servers')).text()).toContain('acme-alloy/finance');
  process.kill(-pid, 'SIGINT');
  await exited;
  await until(isGone);
  await expect(fetch(origin)).rejects.toThrow('fetch failed');
  expect(said).not.toMatch(/error|stopped at once/);
  expect(readdirSync(folder).filter((name) => !name.startsWith('node-compile-cache'))).toEqual([]);
});
