import { afterEach, expect, test } from '@jest/globals';
import { startFleetInFiles } from '../../support/fleet-in-files.ts';
import type { FleetInFiles, FleetOptions } from '../../support/fleet-in-files.ts';
import { acquireAs } from '../../support/lease-events.ts';
import { until } from '../../support/held.ts';
import { trueup } from '../run.ts';
import type { RunOptions } from '../run.ts';

let fleet: FleetInFiles;

afterEach(() => fleet.close());

const run = (argv: readonly string[], more: RunOptions = {}) => {
  const { folder, options, environment } = fleet;
  return trueup([...argv, ...options], { cwd: folder, environment, ...more });
};

const apply = (...argv: readonly string[]) => run(['apply', '--yes', ...argv]);

/** In sync, and a pass has noted so. */
async function start(options: FleetOptions): Promise<void> {
  fleet = await startFleetInFiles(options);
  expect((await apply()).code).toBe(0);
}

const drift = (count: number) => {
  for (const id of fleet.ids.slice(0, count)) fleet.vendor.edit(id, { name: 'By hand' });
};

test('with nothing to send it reads the list once, ends after the plan, without a lease', async () => {
  await start({ servers: 250 });
  const before = await fleet.ledger.lastReport('acme');
  const { length } = fleet.vendor.requests;
  const expiresAt = Date.now() + 3_600_000;
  await acquireAs('Kim', fleet.lease, 'acme', { expiresAt });
  const { code, stdout } = await apply();
  expect(code).toBe(0);
  expect(stdout).toMatch(/^Plan: nothing to update, 250 in sync\.$/m);
  expect(stdout).toMatch(/^acme: 250 in sync; 3 calls \(3 list, 0 get, 0 put\), /m);
  expect(fleet.vendor.requests).toHaveLength(length + 3);
  expect(await fleet.ledger.lastReport('acme')).toEqual(before);

  const json = JSON.parse((await apply('--output', 'json')).stdout) as object;
  expect(json).toMatchObject({
    version: 1,
    reports: [{ state: 'ok', servers: 250, counts: { inSync: 250 }, vendorCalls: { list: 3 } }],
  });
});

test.each([
  [1, '5 calls (3 list, 1 get, 1 put)'],
  [3, '9 calls (3 list, 3 get, 3 put)'],
  [4, '10 calls (6 list, 0 get, 4 put)'],
])('with %d of 250 to send, the summary counts what all of it took: %s', async (count, calls) => {
  await start({ servers: 250 });
  drift(count);
  const { length } = fleet.vendor.requests;
  const { code, stdout } = await apply();
  expect(code).toBe(0);
  expect(stdout.replaceAll(/\s+/g, ' ')).toContain(
    `acme: ${count} updated, ${250 - count} in sync; ${calls}`,
  );
  expect(fleet.vendor.requests).toHaveLength(length + Number.parseInt(calls, 10));
  expect(fleet.changed()).toHaveLength(250);
});

test('what is missing is so without a pass too, with the same exit code', async () => {
  await start({ servers: 3 });
  fleet.vendor.remove(fleet.ids[0] ?? '');
  const first = await apply();
  const again = await apply();
  expect([first.code, again.code]).toEqual([1, 1]);
  for (const { stdout } of [first, again]) {
    expect(stdout).toMatch(/^ {2}missing acme\//m);
    expect(stdout).toContain('acme: 1 missing, 2 in sync; ');
  }
});

test('a gateway that cannot be read leaves nothing on standard output', async () => {
  await start({ servers: 1 });
  fleet.vendor.misbehave({ method: 'GET', effect: { kind: 'status', status: 403 } });
  const { code, stdout, stderr } = await apply();
  expect([code, stdout]).toEqual([1, '']);
  expect(stderr).toContain('answered HTTP 403');
});

test('where nothing of a plan can be sent, there is no question', async () => {
  await start({ servers: 2 });
  drift(1);
  const effect = { kind: 'status', status: 503, retryAfter: 3600 } as const;
  const end = fleet.vendor.misbehave({ method: 'PUT', effect });
  expect((await apply()).code).toBe(1);
  end();
  const { code, stdout } = await run(['apply']);
  expect(code).toBe(1);
  expect(stdout).toContain('waiting acme/');
});

test('a saved plan that becomes stale between its plan and its pass is not sent, and exits with 1', async () => {
  await start({ servers: 12 });
  drift(1);
  expect((await run(['plan', '--out', 'plan.json'])).code).toBe(0);
  const [first = ''] = fleet.ids;
  const { promise, resolve } = Promise.withResolvers<void>();
  const gets = () => fleet.vendor.requests.filter(({ path }) => path.endsWith(first)).length;
  const before = gets();
  fleet.vendor.misbehave({
    method: 'GET',
    id: first,
    times: 1,
    effect: { kind: 'wait', until: promise },
  });
  const running = run(['apply', '--plan', 'plan.json']);
  await until(() => gets() > before);
  fleet.vendor.edit(first, { name: 'By another hand' });
  resolve();
  const { code, stdout, stderr } = await running;
  expect(code).toBe(1);
  expect(stdout).toContain('acme: 1 would change, not sent, 11 in sync; 2 calls');
  expect(stderr).toContain(`No longer in the plan (not sent):\n  acme/${first}\n`);
  expect(fleet.vendor.find(first).name).toBe('By another hand');
});
