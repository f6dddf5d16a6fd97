import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { wire } from '../../../../lib/wiring.ts';
import { serveQueue } from '../../../../demo/world/local-functions.ts';
import { askAndFollow } from '../../../../lib/cli/commands/reconcile/ask-and-follow.ts';
import type { Dependencies } from '../../../../lib/pass/dependencies.types.ts';
import { reconcile } from '../../../../lib/pass/reconcile.ts';
import { testClock } from '../../../support/clock.ts';
import { startStack } from '../../../support/stack.ts';
import type { DeployedStack } from '../../../support/stack.ts';
import { connection, serverIds, startWorld } from '../../../support/world.ts';
import type { TestWorld } from '../../../support/world.ts';
import { onTables, trueup } from '../../run.ts';
import type { RunOptions } from '../../run.ts';

const [a = ''] = serverIds(1);
const stop = new AbortController().signal;
const by = 'kim';
const soon = { by, stop, timeoutMs: 9000, everyMs: 20 };

let world: TestWorld;

beforeEach(async () => {
  world = await startWorld({ servers: [{ id: a, name: 'Old' }] });
  await world.declareConnection();
  await world.declare({ id: a, label: 'first', spec: { name: 'New' } });
});

afterEach(() => world.close());

/** The function of the queue, in this process, for as long as `work` lasts. */
async function served<T>(work: () => Promise<T>): Promise<T> {
  const over = new AbortController();
  const { settings, log, endpoints, clock } = world;
  const wiring = () => wire(settings, log, { endpoints, clock, random: () => 0 });
  const serving = serveQueue(world, wiring, over.signal);
  try {
    return await work();
  } finally {
    over.abort();
    await serving;
  }
}

const messages = () => world.sqs.queue(world.queueUrl).messages.length;

describe('the report that is waited for', () => {
  test('is that of the pass which the message asked for', async () => {
    const old = await world.pass();
    const report = await served(() => askAndFollow(connection, world.deps, soon));
    expect(report).toMatchObject({ connection, trigger: 'queue', scope: 'all', state: 'ok' });
    expect(report?.pass).not.toBe(old.pass);
    expect(messages()).toBe(0);
    const asked = await world.deps.ledger.history(connection, { matches: (one) => one.by === by });
    expect(asked).toMatchObject([{ kind: 'reconcile', by }]);
  });

  test('is undefined after the timeout if no function reads the queue; the message stays', async () => {
    const options = { by, stop, timeoutMs: 60, everyMs: 20 };
    expect(await askAndFollow(connection, world.deps, options)).toBeUndefined();
    expect(messages()).toBe(1);
  });

  test('is none, and at once, if it is stopped', async () => {
    const stopped = { by, stop: AbortSignal.abort(), timeoutMs: 60_000, everyMs: 20 };
    expect(await askAndFollow(connection, world.deps, stopped)).toBeUndefined();
  });

  test('is not that of a pass over named servers', async () => {
    const asking = askAndFollow(connection, world.deps, { by, stop, timeoutMs: 300, everyMs: 20 });
    while (messages() === 0) await world.clock.sleep(5);
    const named = await world.pass({ servers: [a] });
    expect(named.scope).toBe('named');
    expect(await asking).toBeUndefined();
  });

  test('is found behind that of a pass over named servers, which came after it', async () => {
    const asking = askAndFollow(connection, world.deps, { ...soon, everyMs: 500 });
    while (messages() === 0) await world.clock.sleep(5);
    const whole = await world.pass();
    await world.pass({ servers: [a] });
    expect((await asking)?.pass).toBe(whole.pass);
  });

  describe('while somebody is at it', () => {
    /** Slow until it is told otherwise. */
    const startSlow = async () => {
      const fast = world.barndoor.misbehave({ effect: { kind: 'latency', ms: 600 } });
      const pass = world.pass();
      while (world.barndoor.requests.length === 0) await world.clock.sleep(5);
      return { pass, fast };
    };

    // A laptop's clock tells nothing of what a function did first.
    test.each([[0], [10_000], [-10_000]])(
      'is not that of the pass under way, but of the one after it; clocks %d ms apart',
      async (apart) => {
        const underWay = await startSlow();
        const clock = testClock();
        clock.advance(apart);
        const holders: (string | undefined)[] = [];
        const looked = (holder: string | undefined) => {
          holders.push(holder);
          underWay.fast();
        };
        const laptop: Dependencies = { ...world.deps, clock };
        const report = await served(() => askAndFollow(connection, laptop, { ...soon, looked }));
        const { pass, startedAt } = await underWay.pass;
        expect(report?.pass).not.toBe(pass);
        expect(Date.parse(report?.startedAt ?? '')).toBeGreaterThan(Date.parse(startedAt));
        expect(holders).toContain(world.deps.owner);
      },
    );

    test('is not that of the pass under way either if a pass over named servers follows it', async () => {
      const underWay = await startSlow();
      const asking = askAndFollow(connection, world.deps, { ...soon, timeoutMs: 20_000 });
      while (messages() === 0) await world.clock.sleep(5);
      underWay.fast();
      const request = { connection, trigger: 'stream', servers: [a] } as const;
      expect(await reconcile(request, world.deps)).toEqual({ kind: 'knocked' });
      await underWay.pass;
      await world.clock.sleep(100);
      const report = await served(() => asking);
      expect(report).toMatchObject({ trigger: 'queue', scope: 'all' });
    });
  });
});

describe('reconcile --stack', () => {
  let stack: DeployedStack;

  beforeEach(async () => {
    stack = await startStack(world);
  });

  afterEach(() => stack.close());

  const run = (argv: readonly string[], more: RunOptions = {}) =>
    trueup(['reconcile', ...argv, '--stack', stack.name], {
      ...onTables(world, world.clock).options,
      ...more,
    });

  test('asks the functions, waits, and prints their report', async () => {
    const { code, stdout, stderr } = await served(() => run([]));
    expect(stdout).toMatch(/^acme: 1 updated; 2 calls \(1 list, 0 get, 1 put\)/);
    expect(stderr).toMatch(/^Requested acme; waiting for the functions\.\n/);
    expect(code).toBe(0);
    expect(world.barndoor.find(a).name).toBe('New');
  });

  test('prints it as JSON', async () => {
    const { code, stdout } = await served(() => run([connection, '--output', 'json']));
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      version: 1,
      reports: [{ connection, trigger: 'queue', counts: { updated: 1 } }],
    });
  });

  test('in a terminal it shows since when it waits', async () => {
    const { stderr } = await served(() => run([], { terminal: true }));
    expect(stderr).toContain('acme: 0 s, waiting for a function');
    expect(stderr).not.toContain('Asked for');
  });

  test('follows several connections, each to its own report', async () => {
    await world.declareAlloyConnection();
    const { code, stdout } = await served(() => run([]));
    expect(stdout).toMatch(/^acme: 1 updated[^]*^globex: no servers; 1 call/m);
    expect(code).toBe(0);
  });

  test('if no function reads the queue, it fails after the timeout and names the log', async () => {
    const { code, stdout, stderr } = await run(['--timeout', '1s']);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain(
      'error: acme: no report in time\nnext: `trueup status --stack trueup-test`',
    );
    expect(stderr).toContain('CommandLogsQueued');
    expect(stderr).toContain('--timeout 15m');
  });

  test('Ctrl-C ends the waiting and not the pass', async () => {
    const over = new AbortController();
    const running = run([], { stop: over.signal });
    while (messages() === 0) await world.clock.sleep(5);
    over.abort();
    const { code, stdout, stderr } = await running;
    expect({ code, stdout }).toEqual({ code: 130, stdout: '' });
    expect(stderr).toContain('interrupted; the functions continue');
    expect(messages()).toBe(1);
  });

  test('a pass that failed in part is 1, one that the guard held in part is 4', async () => {
    world.barndoor.misbehave({
      operation: 'put',
      effect: { kind: 'status', status: 422 },
      times: 1,
    });
    const failed = await served(() => run([]));
    expect(failed.stdout).toContain('  failed acme/first');
    expect(failed.code).toBe(1);

    const ids = serverIds(12).slice(1);
    for (const id of ids) world.barndoor.add({ id, name: `Old ${id}` });
    await world.declare(...ids.map((id) => ({ id, spec: { name: `New ${id}` } })));
    await world.declare({ id: a, spec: { name: 'Newer' } });
    const held = await served(() => run([]));
    expect(held.stdout).toContain('  held: trueup approve acme ');
    expect(held.code).toBe(4);
  });

  test('of a stack that does not exist fails', async () => {
    const { code, stderr } = await trueup(['reconcile', '--stack', 'another'], {});
    expect(code).toBe(1);
    expect(stderr).toContain('there is no such stack');
    expect(stderr).toContain('next: check the name, and pass the right --region');
  });
});

describe('reconcile --local', () => {
  test('runs the functions in its own process', async () => {
    const cwd = await mkdtemp(join(tmpdir(), 'trueup-cli-'));
    try {
      const { code, stdout } = await trueup(['reconcile', 'acme-alloy', '--local'], { cwd });
      expect(stdout).toMatch(/^acme-alloy: 1 updated, 2 in sync; 3 calls/);
      expect(code).toBe(0);
      const plan = await trueup(['plan', 'acme-alloy', '--local', '--detailed-exitcode'], { cwd });
      expect(plan.code).toBe(0);
    } finally {
      await rm(cwd, { recursive: true });
    }
  });
});

test('without functions to ask it says what to do', async () => {
  const { code, stdout, stderr } = await onTables(world, world.clock).run(['reconcile']);
  expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
  expect(stderr).toContain('no deployed functions');
  expect(stderr).not.toContain('Asked for');
  expect(stderr).toContain('trueup apply');
});
