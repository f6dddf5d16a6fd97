import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { preview } from '../../../lib/pass/preview.ts';
import { eachLimited } from '../../../lib/pass/limited.ts';
import { trueup } from '../../../test/cli/run.ts';
import { temporaryFolder } from '../../../test/support/temporary-folder.ts';
import type { TemporaryFolder } from '../../../test/support/temporary-folder.ts';
import { outcomesOf } from '../../../test/support/world.ts';
import { connection, startRealWorld } from './world.ts';
import type { RealWorld } from './world.ts';

const count = 500;
const changed = 40;

let world: RealWorld;
let folder: TemporaryFolder;

beforeAll(async () => {
  world = await startRealWorld();
  folder = await temporaryFolder();
});

afterAll(async () => {
  await folder?.remove();
  await world?.close();
});

/**
 * Registers one, and copies what the gateway stored of it: registering each takes a minute, and is not what is tested.
 *
 * @returns the ids of all
 */
async function registerMany(): Promise<readonly string[]> {
  const first = await world.register('server-0', { authType: 'bearer', authToken: 'kept' });
  const database = new DatabaseSync(join(world.folder, 'mcp.db'));
  database.exec('PRAGMA busy_timeout = 30000');
  const row = database.prepare('SELECT * FROM gateways WHERE id = ?').get(first) as Record<
    string,
    string
  >;
  const keys = Object.keys(row);
  const insert = database.prepare(
    `INSERT INTO gateways (${keys.join(', ')}) VALUES (${keys.map(() => '?').join(', ')})`,
  );
  database.exec('BEGIN IMMEDIATE');
  const others = Array.from({ length: count - 1 }, (_, at) => {
    const name = `server-${at + 1}`;
    const id = crypto.randomUUID().replaceAll('-', '');
    const copy = { ...row, id, name, slug: name, url: `${world.upstream.url}/${name}` };
    insert.run(...keys.map((key) => copy[key as keyof typeof copy] ?? null));
    return id;
  });
  database.exec('COMMIT');
  database.close();
  return [first, ...others];
}

test(`${count} servers at a real ContextForge: import, plan and apply, with the calls that each takes`, async () => {
  const ids = await registerMany();
  await world.declareConnection();
  const { desiredTable, ledgerTable, fingerprintSecret } = world.aws.settings;
  const run = (...argv: readonly string[]) =>
    trueup([...argv, '--desired-table', desiredTable, '--ledger-table', ledgerTable], {
      cwd: folder.path,
      environment: {
        TRUEUP_ALLOWED_HOSTS: world.allowedHosts,
        TRUEUP_FINGERPRINT_SECRET: fingerprintSecret,
      },
      wiring: { endpoints: world.aws.endpoints, random: () => 0 },
    });
  const imported = await run('import', connection);
  expect(imported).toMatchObject({ code: 0 });
  const { servers } = parse(imported.stdout) as { servers: readonly { readonly id: string }[] };
  expect(servers.map(({ id }) => id).toSorted()).toEqual(ids.toSorted());
  await folder.write('trueup.yaml', imported.stdout);
  expect(await run('push', 'trueup.yaml')).toMatchObject({ code: 0 });

  const request = { connection, trigger: 'cli' } as const;
  const { plan, earlier } = await preview(request, world.deps);
  expect(plan.changes).toEqual([]);
  expect(earlier.calls).toEqual({ list: 5, get: 0, put: 0 });

  await eachLimited(ids.slice(0, changed), 4, async (id) => {
    await world.call('PUT', `/${id}`, { description: 'By hand', authToken: '*****' });
  });
  const applied = await world.pass();
  expect(outcomesOf(applied)).toEqual({ updated: changed, inSync: count - changed });
  expect(applied.vendorCalls).toEqual({ list: 5, get: 0, put: changed });
  const again = await world.pass();
  expect(outcomesOf(again)).toEqual({ inSync: count });
  expect(again.vendorCalls).toEqual({ list: 5, get: 0, put: 0 });
});

test('a real ContextForge that is restarted in mid-pass: the next pass does the rest, and no credential is lost', async () => {
  await world.declareConnection({ budget: { requestsPerMinute: 60_000, concurrency: 2 } });
  const names = Array.from({ length: 12 }, (_, at) => `moved-${at}`);
  const ids: string[] = [];
  for (const name of names) {
    ids.push(await world.register(name, { authType: 'bearer', authToken: 'kept' }));
  }
  await world.declare(...ids.map((id) => ({ id, spec: { description: 'Declared' } })));
  // Both PUTs that may be under way wait for their MCP server: it is surely in the middle.
  const waiting = ['/moved-4', '/moved-8'];
  const before = waiting.map((path) => world.upstream.seen(path).count);
  for (const path of waiting) world.upstream.stall(path, true);
  const first = world.pass();
  while (waiting.some((path, at) => world.upstream.seen(path).count === before[at])) {
    await new Promise((resolve) => void setTimeout(resolve, 5));
  }
  for (const path of waiting) world.upstream.stall(path, false);
  await world.gateway.restart();
  const report = await first;
  expect(report.counts.updated).toBeGreaterThan(0);
  expect(report.counts.updated).toBeLessThan(names.length);
  expect(report.counts.missing + report.counts.invalid).toBe(0);

  world.aws.clock.advance(30 * 60_000);
  await world.pass();
  expect(outcomesOf(await world.pass())).toEqual({ inSync: count + names.length });
  for (const [at, id] of ids.entries()) {
    expect(await world.live(id)).toMatchObject({ description: 'Declared', authToken: '*****' });
    expect(world.credential(names[at] ?? '')).toBe('Bearer kept');
  }
});
