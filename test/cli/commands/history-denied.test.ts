import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connection, serverIds, startWorld } from '../../support/world.ts';
import type { TestWorld } from '../../support/world.ts';
import { onTables } from '../run.ts';

const ids = serverIds(12);
const [a = ''] = ids;

let world: TestWorld;
let isDenied = false;
let folder: string;

beforeEach(async () => {
  isDenied = false;
  folder = await mkdtemp(join(tmpdir(), 'trueup-test-'));
  world = await startWorld(
    { servers: ids.map((id) => ({ id, name: `Old ${id}` })) },
    {
      dynamodb: {
        intercept: (operation, body) =>
          isDenied && operation === 'PutItem' && JSON.stringify(body).includes('"history#')
            ? { status: 400, body: { __type: 'AccessDeniedException', message: 'no' } }
            : undefined,
      },
    },
  );
  await world.declareConnection();
  await world.declare(...ids.map((id) => ({ id, spec: { name: `New ${id}` } })));
});

afterEach(async () => {
  await world.close();
  await rm(folder, { recursive: true, force: true });
});

/** What acts change: all of both tables, but for history, reports and the budget in the lease. */
async function state(): Promise<unknown> {
  const { ledger, lease, desired } = world.deps;
  const now = world.clock.now();
  return {
    ...(await ledger.read(connection)),
    approvals: await ledger.approvals(connection, now),
    owner: (await lease.read(connection))?.owner,
    rows: await desired.rows(connection),
  };
}

test.each(['pause', 'resume', 'approve', 'retry', 'push'])(
  '%s that cannot be recorded is not done, and the lease is free',
  async (command) => {
    const { run } = onTables(world, world.clock);
    const { held = '' } = await world.pass();
    expect(held).not.toBe('');
    await run(['pause', `acme/${a}`]);
    const file = join(folder, 'trueup.yaml');
    const { stdout: pulled } = await run(['pull', connection]);
    await writeFile(file, pulled.replace(`New ${a}`, 'Pushed'));
    const operands: Readonly<Record<string, readonly string[]>> = {
      pause: [connection],
      resume: [`acme/${a}`],
      approve: [connection, held, '--yes'],
      retry: [`acme/${a}`],
      push: [file],
    };
    const before = await state();
    isDenied = true;
    const { code, stderr } = await run([command, ...(operands[command] ?? [])]);
    expect(code).toBe(1);
    expect(stderr).toContain('history#');
    expect(await state()).toEqual(before);
    isDenied = false;
    expect((await run([command, ...(operands[command] ?? [])])).code).toBeLessThanOrEqual(4);
    expect(await state()).not.toEqual(before);
    const [last] = (await world.deps.ledger.history(connection)).filter(
      ({ kind }) => kind !== 'change',
    );
    expect(last).toMatchObject({ kind: command });
  },
);
