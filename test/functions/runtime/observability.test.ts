import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import {
  createObservability,
  logOf,
  quietObservability,
} from '../../../functions/runtime/observability.ts';
import { createScheduled } from '../../../functions/scheduled.ts';
import { lambdaContext } from '../../../demo/world/lambda-context.ts';
import { connection, serverIds, startWorld } from '../../support/world.ts';
import type { TestWorld } from '../../support/world.ts';

let world: TestWorld;

beforeEach(async () => {
  world = await startWorld();
  await world.declareConnection();
});

afterEach(async () => {
  jest.restoreAllMocks();
  await world.close();
});

/** What a scheduled pass prints, as Powertools prints it. */
async function printed(): Promise<Record<string, unknown>[]> {
  const written: string[] = [];
  const keep = (text: unknown) => {
    written.push(String(text));
    return true;
  };
  jest.spyOn(process.stdout, 'write').mockImplementation(keep);
  jest.spyOn(process.stderr, 'write').mockImplementation(keep);
  const deps = { ...world.deps, log: logOf(createObservability().logger) };
  const handle = createScheduled(() => ({ deps, connectionsAtOnce: 1 }), quietObservability());
  await handle(
    {},
    lambdaContext('trueup-scheduled', () => 300_000),
  );
  jest.restoreAllMocks();
  return written.flatMap((text) =>
    text
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as Record<string, unknown>),
  );
}

test('a pass that ends early says why: no field is lost to a name that is the line’s own', async () => {
  world.barndoor.misbehave({ operation: 'list', effect: { kind: 'status', status: 403 } });
  const [id = ''] = serverIds(1);
  await world.declare({ id, spec: { name: 'New' } });
  const lines = await printed();
  expect(lines).toContainEqual(
    expect.objectContaining({
      message: 'pass ended early',
      level: 'WARN',
      connection,
      code: 'http-403',
      reason: expect.stringMatching(/./),
    }),
  );
  expect(JSON.stringify(lines)).not.toContain('reserved key');
});
