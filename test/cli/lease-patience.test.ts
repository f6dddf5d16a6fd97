import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createOutput } from '../../lib/cli/output/output.ts';
import { leasePatience } from '../../lib/cli/lease-patience.ts';
import { readCliSettings } from '../../lib/cli/settings.ts';
import { systemClock } from '../../lib/wiring.ts';
import { acquireAs } from '../support/lease-events.ts';
import { TestClock } from '../support/test-clock.ts';
import { alloyConnection, connection, startWorld } from '../support/world.ts';
import type { TestWorld } from '../support/world.ts';
import { onTables } from './run.ts';

/** What is shorter than the renewal of a lease takes no real time, and moves the clock. */
class CommandClock extends TestClock {
  override sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return ms <= 1000 ? super.sleep(ms) : systemClock.sleep(ms, signal);
  }
}

let clock: CommandClock;

beforeEach(() => {
  clock = new CommandClock();
});

test('the time runs from the first wait on, for all connections of the command', () => {
  const said: string[] = [];
  const sink = { isTTY: false, write: (text: string) => void said.push(text) };
  const output = createOutput(sink, sink, readCliSettings({}));
  const stop = new AbortController().signal;
  const patience = leasePatience(8000, clock, { output, stop });
  expect(patience('a')).toMatchObject({ lockTimeoutMs: 8000, stop });
  clock.advance(60_000);
  const b = patience('b');
  expect(b.lockTimeoutMs).toBe(8000);
  b.waiting('kim');
  expect(said.join('')).toBe('b: waiting for the lease, which kim holds\n');
  clock.advance(5000);
  b.waiting('lee');
  expect(patience('c').lockTimeoutMs).toBe(3000);
  clock.advance(5000);
  expect(patience('d').lockTimeoutMs).toBe(0);
});

describe('a command on two connections', () => {
  let world: TestWorld;

  beforeEach(async () => {
    world = await startWorld();
    await world.declareConnection();
    await world.declareAlloyConnection();
  });

  afterEach(() => world.close());

  test('that has waited for the first waits for the second no longer than what is left', async () => {
    const start = clock.now();
    const { lease, settings } = world.deps;
    // Another process may acquire it five seconds from now.
    await acquireAs('kim', lease, connection, { expiresAt: start + 4999 - settings.marginMs });
    await acquireAs('lee', lease, alloyConnection, { expiresAt: start + 600_000 });
    const { run } = onTables(world, clock);
    const { code, stderr } = await run(['retry', '--lock-timeout', '8s']);
    expect(code).toBe(1);
    expect(stderr).toContain(`${connection}: waiting for the lease, which kim`);
    expect(stderr).toContain(`${connection}: no server has failed or waits`);
    expect(stderr).toContain(`${alloyConnection}: waiting for the lease, which lee`);
    expect(stderr).toMatch(/globex: lee \(since .*\) still holds the lease/);
    expect(clock.now()).toBe(start + 8000);
  });
});
