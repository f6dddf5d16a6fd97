import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { systemClock } from '../../lib/wiring.ts';
import type { Clock } from '../../lib/model/runtime.types.ts';
import { startFleetInFiles } from '../../test/support/fleet-in-files.ts';
import type { FleetInFiles } from '../../test/support/fleet-in-files.ts';
import { holdPuts, until } from '../../test/support/held.ts';
import { trueup } from '../../test/cli/run.ts';
import { childEnvironment } from '../../test/support/child-environment.ts';

const entry = resolve(import.meta.dirname, '../../bin/trueup.mjs');
/** Elsewhere the lease of a process that was killed is waited for, until it has expired. */
const inLinux = existsSync('/proc/sys/kernel/random/boot_id') ? test : test.skip;

let fleet: FleetInFiles;

beforeEach(async () => {
  fleet = await startFleetInFiles({ servers: 20 });
});

afterEach(() => fleet.close());

/** Real time, in which what a killed process may have sent ends at once: 15 seconds, and nothing else lasts as long. */
function clockWithout15Seconds(skipping = () => {}): Clock & { readonly skipped: () => number } {
  let skipped = 0;
  return {
    now: () => systemClock.now() + skipped,
    sleep: async (ms, signal) => {
      if (ms > 10_000 && ms <= 15_000) {
        skipped += ms;
        skipping();
      } else await systemClock.sleep(ms, signal);
    },
    skipped: () => skipped,
  };
}

inLinux('a process that lives is named, and one that was killed is not waited for', async () => {
  const { vendor, ids, options, environment, folder: cwd } = fleet;
  const answerPuts = holdPuts(vendor, { skip: 8 });
  const child = spawn(process.execPath, [entry, 'apply', '--yes', ...options], {
    cwd,
    env: { ...childEnvironment, USER: 'kim', ...environment },
    stdio: 'ignore',
  });
  await until(() => vendor.counts.put === 12);
  const apply = ['apply', '--yes', ...options];
  const refused = await trueup([...apply, '--lock-timeout', '0s'], { cwd, environment });
  expect(refused.code).toBe(1);
  expect(refused.stderr.replaceAll(/\s+/g, ' ')).toContain(
    `trueup apply, process ${child.pid} of kim@`,
  );
  expect(refused.stderr.replaceAll(/\s+/g, ' ')).toMatch(
    /\(since 20\d\d-\d\d-\d\d \d\d:\d\d UTC\)/,
  );

  child.kill('SIGKILL');
  await once(child, 'close');
  const clock = clockWithout15Seconds();
  const running = trueup([...apply, '--lock-timeout', '3s'], {
    cwd,
    environment,
    wiring: { clock },
  });
  await until(() => clock.skipped() > 0);
  answerPuts();
  const { code, stderr } = await running;
  expect(stderr.replaceAll(/\s+/g, ' ')).toContain(
    'acme: the process that had the lease has ended; waiting 15 s',
  );
  expect(code).toBe(0);
  expect(fleet.changed()).toEqual(ids);
  const { servers } = await fleet.ledger.read('acme');
  for (const id of ids) expect(servers.get(id)?.outcome).toBe('inSync');
  expect((await fleet.lease.read('acme'))?.owner).toBeUndefined();
});

inLinux(
  '`status` shows that a process was killed; what it sent is found, although the plan saw it in sync',
  async () => {
    const { vendor, ids, options, environment, folder: cwd } = fleet;
    const apply = ['apply', '--yes', ...options];
    await trueup(apply, { cwd, environment });
    const [id = ''] = ids;
    const at = Date.now();
    await fleet.lease.change('acme', {
      kind: 'acquire',
      id: 'its acquisition',
      owner: 'the killed process',
      process: await markOfKilled(cwd),
      at,
      expiresAt: at + 60_000,
      expiredBefore: at,
    });
    const status = ['status', ...options];
    const { stdout: text } = await trueup(status, { cwd, environment });
    const since = new Date(at).toISOString();
    expect(text.replaceAll(/\s+/g, ' ')).toContain(
      `not reconciled now: the killed process (since ${since.slice(0, 16).replace('T', ' ')} UTC) has ended and did not release the lease; the next pass takes it over`,
    );
    const json = await trueup([...status, '--output', 'json'], { cwd, environment });
    const lease = { owner: 'the killed process', state: 'ended', since };
    expect(JSON.parse(json.stdout)).toMatchObject({ connections: [{ lease }] });
    const clock = clockWithout15Seconds(() => vendor.edit(id, { name: 'Sent before' }));
    const { stdout } = await trueup(apply, { cwd, environment, wiring: { clock } });
    expect(clock.skipped()).toBeGreaterThan(0);
    expect(stdout).toContain('acme: 1 would change, not sent, 19 in sync');
    const { servers } = await fleet.ledger.read('acme');
    expect(servers.get(id)?.outcome).not.toBe('inSync');
  },
);

/** The mark of a process that was killed. */
async function markOfKilled(cwd: string): Promise<string> {
  const marker = resolve(import.meta.dirname, '../../test/table/sqlite/mark-child.ts');
  const child = spawn(process.execPath, [marker, resolve(cwd, '.trueup')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  child.kill('SIGKILL');
  await once(child, 'close');
  return String(line).trim();
}
