import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createScheduled } from '../../../functions/scheduled.ts';
import { createStream } from '../../../functions/stream.ts';
import { quietObservability } from '../../../functions/runtime/observability.ts';
import { lambdaContext } from '../../../demo/world/lambda-context.ts';
import { trueup } from '../../../test/cli/run.ts';
import { record } from '../../../test/functions/trigger-world.ts';
import { temporaryFolder } from '../../../test/support/temporary-folder.ts';
import type { TemporaryFolder } from '../../../test/support/temporary-folder.ts';
import { connection, startRealWorld } from './world.ts';
import type { RealWorld } from './world.ts';

let world: RealWorld;
let folder: TemporaryFolder;

beforeAll(async () => {
  world = await startRealWorld();
  await world.declareConnection();
  folder = await temporaryFolder();
});

afterAll(async () => {
  await folder?.remove();
  await world?.close();
});

const byHand = (id: string, description: string) =>
  world.call('PUT', `/${id}`, { description, authToken: '*****' });

/** Registered with `old`, declared with `new` in Secrets Manager. */
async function declared(name: string): Promise<string> {
  await world.secret(name, `new-${name}`);
  const id = await world.register(name, { authType: 'bearer', authToken: `old-${name}` });
  const authToken = { secret: `trueup/${connection}/${name}` };
  await world.declare({ id, spec: { description: 'Declared', authType: 'bearer', authToken } });
  return id;
}

const expectDeclared = async (id: string, name: string) => {
  expect(await world.live(id)).toMatchObject({ description: 'Declared', authToken: '*****' });
  expect(world.credential(name)).toBe(`Bearer new-${name}`);
};

describe('at a real ContextForge', () => {
  test('the scheduled function applies what is declared, and corrects what was changed by hand', async () => {
    const id = await declared('scheduled');
    const handler = createScheduled(
      () => ({ deps: world.deps, connectionsAtOnce: 10 }),
      quietObservability(),
    );
    const run = () =>
      handler(
        {},
        lambdaContext('trueup-scheduled', () => 300_000),
      );
    const quiet = { connections: 1, queued: 0, passes: 1, knocked: 0, failed: [] };
    expect(await run()).toEqual(quiet);
    await expectDeclared(id, 'scheduled');
    await byHand(id, 'By hand');
    expect(await run()).toEqual(quiet);
    await expectDeclared(id, 'scheduled');
  });

  test('the stream function applies a row that was written', async () => {
    const id = await declared('streamed');
    const handler = createStream(() => world.deps, quietObservability());
    const event = { Records: [record(connection, `server#${id}`)] };
    const answer = await handler(
      event,
      lambdaContext('trueup-stream', () => 300_000),
    );
    expect(answer).toEqual({ batchItemFailures: [] });
    await expectDeclared(id, 'streamed');
  });

  test('the command line works on tables, with secrets in Secrets Manager', async () => {
    const id = await declared('tables');
    const { desiredTable, ledgerTable, fingerprintSecret } = world.aws.settings;
    const run = (...argv: readonly string[]) =>
      trueup([...argv, '--desired-table', desiredTable, '--ledger-table', ledgerTable], {
        environment: {
          TRUEUP_ALLOWED_HOSTS: world.allowedHosts,
          TRUEUP_FINGERPRINT_SECRET: fingerprintSecret,
        },
        wiring: { endpoints: world.aws.endpoints, random: () => 0 },
      });
    const plan = await run('plan', connection);
    expect(plan).toMatchObject({ code: 0, stdout: expect.stringContaining('authToken') });
    expect(await run('apply', connection, '--yes')).toMatchObject({ code: 0 });
    await expectDeclared(id, 'tables');
    expect((await run('plan', connection)).stdout).toContain('nothing to update');
  });

  test('the command line works on files and state.db, with the least token', async () => {
    const token = await world.gateway.leastToken();
    const id = await world.register('files', { authType: 'bearer', authToken: 'old-files' });
    await folder.write(
      'trueup.json',
      JSON.stringify({
        connection: 'files',
        provider: 'contextforge',
        baseUrl: world.gateway.url,
        auth: { type: 'bearer', token: { secret: 'trueup/files/sign-in' } },
        policy: { mode: 'correct' },
        servers: [
          {
            id,
            spec: {
              description: 'Declared',
              authType: 'bearer',
              authToken: { secret: 'trueup/files/upstream' },
            },
          },
        ],
      }),
    );
    const secrets = (upstream: string) =>
      folder.write(
        'secrets.json',
        JSON.stringify({ 'trueup/files/sign-in': token, 'trueup/files/upstream': upstream }),
      );
    const run = (...argv: readonly string[]) =>
      trueup([...argv, '--file', 'trueup.json', '--secrets', 'secrets.json'], {
        cwd: folder.path,
        environment: { TRUEUP_ALLOWED_HOSTS: world.allowedHosts },
      });
    await secrets('new-files');
    expect((await run('plan')).stdout).toContain('authToken');
    expect(await run('apply', '--yes')).toMatchObject({ code: 0 });
    await expectDeclared(id, 'files');
    await byHand(id, 'By hand');
    expect((await run('plan')).stdout).toContain('By hand');
    await secrets('newer-files');
    expect(await run('apply', '--yes')).toMatchObject({ code: 0 });
    expect(await world.live(id)).toMatchObject({ description: 'Declared' });
    expect(world.credential('files')).toBe('Bearer newer-files');
    expect((await run('plan')).stdout).toContain('nothing to update');
  });
});
