import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { askAndFollow } from '../../lib/cli/reconcile/ask-and-follow.ts';
import type { WorkMessage, WorkQueue } from '../../lib/reconcile/ports/work-queue.ts';
import { connection, serverIds, startWorld } from '../support/world.ts';
import type { TestWorld } from '../support/world.ts';
import { onTables } from './run.ts';

const [a = ''] = serverIds(1);
const stop = new AbortController().signal;

let world: TestWorld;

beforeEach(async () => {
  world = await startWorld({ servers: [{ id: a, name: 'Old' }] });
  await world.declareConnection();
  await world.declare({ id: a, spec: { name: 'New' } });
});

afterEach(() => world.close());

describe('reconcile', () => {
  test('asks by a message, and returns the report of the pass that follows it', async () => {
    const old = await world.pass();
    world.clock.advance(60_000);
    const sent: WorkMessage[] = [];
    const inner = world.deps.queue;
    let passed: Promise<unknown> = Promise.resolve();
    const queue = {
      send: async (messages: Parameters<WorkQueue['send']>[0]) => {
        await inner.send(messages);
        sent.push(...messages.map(({ message }) => message));
        passed = world.pass({ trigger: 'queue' });
      },
    };
    const deps = { ...world.deps, queue };
    const report = await askAndFollow(connection, deps, { stop, timeoutMs: 9000, everyMs: 20 });
    await passed;
    expect(sent).toMatchObject([{ version: 1, connection }]);
    expect(report).toMatchObject({ connection, trigger: 'queue', state: 'ok' });
    expect(report?.pass).not.toBe(old.pass);
  });

  test('gives up in time, and at once when it is stopped', async () => {
    const { deps } = world;
    const options = { stop, timeoutMs: 60, everyMs: 20 };
    expect(await askAndFollow(connection, deps, options)).toBeUndefined();
    const stopped = { ...options, stop: AbortSignal.abort(), timeoutMs: 60_000 };
    expect(await askAndFollow(connection, deps, stopped)).toBeUndefined();
  });

  test('without functions to ask it says what to do', async () => {
    const { code, stdout, stderr } = await onTables(world, world.clock).run(['reconcile']);
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
    expect(stderr).toContain('no deployed functions');
    expect(stderr).toContain('trueup apply');
  });
});
