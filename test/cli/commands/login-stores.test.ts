import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Intercept } from '../../../lib/local/aws/aws-json.ts';
import type { Clock } from '../../../lib/model/runtime.types.ts';
import { connection, serverIds, startWorld } from '../../support/world.ts';
import type { TestWorld } from '../../support/world.ts';
import { browser } from './browser.ts';
import { onTables, trueup } from '../run.ts';

const [a = ''] = serverIds(1);

describe('on the tables of a deployment', () => {
  const secret = `trueup/${connection}/sign-in`;
  let world: TestWorld;
  let intercept: Intercept;

  beforeEach(async () => {
    intercept = () => undefined;
    world = await startWorld(
      { servers: [{ id: a, name: 'A' }] },
      {
        issuer: { clients: { person: undefined } },
        ssm: { intercept: (operation, body) => intercept(operation, body) },
      },
    );
    await world.declareConnection({
      auth: {
        type: 'refresh-token',
        tokenUrl: world.issuer.tokenUrl,
        client_id: 'person',
        refresh_token: { secret },
      },
    });
    await world.declare({ id: a, spec: { name: 'A' } });
  });

  afterEach(() => world.close());

  const login = () => {
    const argv = ['login', connection, '--no-browser'];
    // what is longer is no repetition
    const sleep: Clock['sleep'] = (ms, signal) =>
      world.clock.sleep(ms >= 10_000 ? ms : Math.min(ms, 5), signal);
    return onTables(world, { ...world.clock, sleep }).run(argv, { heard: browser().hears });
  };

  test('the tokens go into Parameter Store, and a pass that waited goes on at once', async () => {
    await world.secrets.write(secret, '{"refresh_token":"used-up"}');
    expect((await world.pass()).state).toBe('needs-login');
    expect(await world.pass()).toMatchObject({ reason: { code: 'backing-off' } });
    const { code, stderr } = await login();
    expect(code).toBe(0);
    expect(stderr).toContain(`are in parameter /trueup/${connection}/sign-in.`);
    const exchanged = world.issuer.requests.length;
    expect(await world.pass()).toMatchObject({ state: 'ok', counts: { inSync: 1 } });
    expect(world.issuer.requests).toHaveLength(exchanged);
  });

  test('no secret is needed', async () => {
    expect((await login()).code).toBe(0);
    expect((await world.pass()).state).toBe('ok');
    expect(world.secretsManager.secrets.some(({ name }) => name === secret)).toBe(false);
  });

  test.each(['GetParameter', 'PutParameter'])('a refused %s says who may', async (refused) => {
    const message = 'User: arn:aws:iam::1:user/x is not authorized';
    intercept = (operation) =>
      operation === refused
        ? { status: 400, body: { __type: 'AccessDeniedException', message } }
        : undefined;
    const { code, stderr } = await login();
    const flat = stderr.replaceAll('\n', ' ');
    expect(code).toBe(1);
    expect(flat).toContain(`SSM ${refused}`);
    expect(flat).toContain('is not authorized');
    expect(flat).toMatch(/next: .*OperatorPolicyArn/);
    if (refused === 'PutParameter') expect(flat).toContain('run it again: nothing was stored');
    for (const [token] of world.issuer.issued().refresh) expect(stderr).not.toContain(token);
  });
});

describe('in the embedded world', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'trueup-cli-'));
  });

  afterEach(() => rm(folder, { recursive: true, force: true }));

  test('its issuer takes the client trueup-login, and the login is there in the next command', async () => {
    const local = ['--local', '--file', 'person.json'];
    const run = (argv: readonly string[], heard?: (text: string) => void) =>
      trueup(argv, { cwd: folder, ...(heard && { heard }) });
    await run(['status', '--local']);
    const kept = await readFile(join(folder, '.trueup/local/vendors.json'), 'utf8');
    const { ports } = JSON.parse(kept) as { ports: Record<string, number> };
    const declaration = {
      connection: 'person',
      provider: 'barndoor',
      baseUrl: `http://127.0.0.1:${ports['barndoor']}`,
      auth: {
        type: 'refresh-token',
        tokenUrl: `http://127.0.0.1:${ports['issuer']}/token`,
        client_id: 'trueup-login',
        refresh_token: { secret: 'trueup/person/sign-in' },
      },
    };
    await writeFile(join(folder, 'person.json'), JSON.stringify(declaration));
    const before = await run(['plan', 'person', ...local]);
    expect(before.code).toBe(1);
    const login = await run(['login', 'person', '--no-browser', ...local], browser().hears);
    expect(login).toMatchObject({ code: 0, stdout: '' });
    expect(await run(['plan', 'person', ...local])).toMatchObject({ code: 0, stderr: '' });
  });
});
