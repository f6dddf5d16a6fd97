import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { acquireAs } from '../../support/lease-events.ts';
import { TestClock } from '../../support/test-clock.ts';
import { connection, startWorld } from '../../support/world.ts';
import type { TestWorld } from '../../support/world.ts';
import { onTables } from '../run.ts';

const minute = 60_000;

let world: TestWorld;
/** The command's. */
let clock: TestClock;

beforeEach(async () => {
  clock = new TestClock();
  world = await startWorld();
  await world.declareConnection();
});

afterEach(() => world.close());

/** What `status` shows of the lease, and the beginning of its text. */
async function shown() {
  const { run } = onTables(world, clock);
  const { stdout } = await run(['status']);
  const json = JSON.parse((await run(['status', '--output', 'json'])).stdout) as {
    readonly connections: readonly { readonly lease?: unknown }[];
  };
  return { text: stdout.replaceAll(/\s+/g, ' '), lease: json.connections[0]?.lease };
}

const iso = (ms: number) => new Date(ms).toISOString();
const asShown = (ms: number) => `${iso(ms).slice(0, 16).replace('T', ' ')} UTC`;

async function acquired() {
  const at = clock.now();
  const expiresAt = at + minute;
  await acquireAs('kim', world.deps.lease, connection, { at, expiresAt });
  return { at, expiresAt };
}

test('a lease that is free is not shown', async () => {
  expect((await world.pass()).state).toBe('ok');
  const { text, lease } = await shown();
  expect(lease).toBeUndefined();
  expect(text).not.toContain('reconciled now');
});

test('the owner of a lease reconciles the connection now, since when, and until when at least', async () => {
  const { at, expiresAt } = await acquired();
  const { text, lease } = await shown();
  expect(text).toContain(
    `reconciled now by kim (since ${asShown(at)}), until ${asShown(expiresAt)}`,
  );
  expect(text).not.toContain('not reconciled');
  expect(lease).toEqual({
    owner: 'kim',
    state: 'owned',
    since: iso(at),
    expiresAt: iso(expiresAt),
  });
});

test('a lease that another process may take over by now has expired', async () => {
  const { at, expiresAt } = await acquired();
  clock.advance(minute + world.deps.settings.marginMs);
  expect((await shown()).lease).toMatchObject({ state: 'owned' });
  clock.advance(1);
  const { text, lease } = await shown();
  expect(text).toContain(
    `not reconciled now: the lease of kim (since ${asShown(at)}) expired ${asShown(expiresAt)}; the next pass takes it over`,
  );
  expect(lease).toMatchObject({ owner: 'kim', state: 'expired', since: iso(at) });
  expect((await world.pass()).state).toBe('ok');
  expect((await shown()).lease).toBeUndefined();
});
