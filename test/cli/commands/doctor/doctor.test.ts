import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { DeleteSecretCommand } from '@aws-sdk/client-secrets-manager';
import { secretsManagerClient } from '../../../../lib/secrets/secrets-manager/client.ts';
import { readConnection } from '../../../../lib/cli/targets/read-connection.ts';
import { Secret } from '../../../../lib/model/secret.ts';
import { originOf } from '../../../../lib/sign-in/saved/saved-sign-in.ts';
import type { Check } from '../../../../lib/cli/commands/doctor/check.ts';
import { lastPassCheck } from '../../../../lib/cli/commands/doctor/last-pass.ts';
import type { Intercept } from '../../../../lib/local/aws/aws-json.ts';
import { selfSigned } from '../../../gateways/http/self-signed.ts';
import { startFleetInFiles } from '../../../support/fleet-in-files.ts';
import { startStack } from '../../../support/stack.ts';
import type { DeployedStack } from '../../../support/stack.ts';
import { connection, serverIds, startWorld } from '../../../support/world.ts';
import type { TestWorld } from '../../../support/world.ts';
import { onTables, trueup } from '../../run.ts';
import type { RunOptions } from '../../run.ts';
import { childEnvironment } from '../../../support/child-environment.ts';

const [a = '', b = ''] = serverIds(2);
const canary = 'canary-of-a-secret';
const denied = {
  status: 400,
  body: { __type: 'AccessDeniedException', message: 'User: kim is not authorized to perform this' },
};

let world: TestWorld;
let dynamodb: Intercept;
let secretsManager: Intercept;

beforeEach(async () => {
  [dynamodb, secretsManager] = [() => undefined, () => undefined];
  world = await startWorld(
    { servers: [{ id: a, name: 'A' }] },
    {
      dynamodb: { intercept: (operation, body) => dynamodb(operation, body) },
      secretsManager: { intercept: (operation, body) => secretsManager(operation, body) },
      issuer: { clients: { trueup: canary } },
    },
  );
  await world.declareConnection();
  await world.declare({ id: a, label: 'first', spec: { name: 'A' } });
});

afterEach(() => world.close());

/** Runs it on the world's tables; no secret may ever be in what it says. */
async function doctor(more: RunOptions = {}) {
  const tables = onTables(world, world.clock);
  const environment = { ...tables.options.environment, ...more.environment };
  const told = await tables.run(['doctor', '--output', 'json'], { ...more, environment });
  const { checks } = JSON.parse(told.stdout || '{"checks":[]}') as { checks: readonly Check[] };
  expect(told.stdout + told.stderr).not.toContain('canary');
  for (const one of checks) expect(one.fix !== undefined).toBe(!one.ok);
  return { ...told, checks, failed: checks.filter(({ ok }) => !ok), find: finder(checks) };
}

const finder = (checks: readonly Check[]) => (what: string) => {
  const found = checks.find((one) => one.what === what);
  if (!found) throw new Error(`no check '${what}' among ${checks.map((one) => one.what).join()}`);
  return found;
};

describe('all is well', () => {
  test('one line a check, and how many there were', async () => {
    await world.secrets.write(`trueup/${connection}/a`, canary);
    const client_secret = { secret: `trueup/${connection}/a` };
    await world.declare({ id: a, spec: { name: 'A', client_secret } });
    await world.pass();
    world.clock.advance(3 * 60_000);
    const { code, stdout, stderr } = await onTables(world).run(['doctor']);
    const { port } = new URL(world.barndoor.url);
    expect(stdout.replaceAll(/\d{4}-\d\d-\d\d \d\d:\d\d/g, 'TIME')).toBe(
      [
        'ok credentials: access key ...ocal, region local',
        'ok table Desired: readable, 1 connection',
        'ok table Ledger: readable',
        'ok rights: write to table Ledger: granted (plan, apply, approve, pause)',
        'ok rights: write to table Desired: granted (push)',
        'ok fingerprint key: readable',
        'ok clock: agrees with the clock of DynamoDB',
        'ok acme: declaration: valid, 1 server',
        `ok acme: baseUrl 127.0.0.1:${port}: allowed, reached at 127.0.0.1, loopback, not`,
        '      encrypted',
        'ok acme: secrets: 2 secrets found',
        'ok acme: token: that of secret trueup/acme/token',
        'ok acme: list call: answered, 1 server on the first page',
        'ok acme: unknown server: answered HTTP 404',
        'ok acme: last pass: 0 min ago (TIME UTC, by schedule)',
        '',
      ].join('\n'),
    );
    expect({ code, stderr }).toEqual({ code: 0, stderr: '14 checks: all passed.\n' });
  });

  test('it writes nothing, shows no secret, and asks for one page and one server', async () => {
    await world.secrets.write(`trueup/${connection}/a`, canary);
    const client_secret = { secret: `trueup/${connection}/a` };
    await world.declare({ id: a, spec: { name: 'A', client_secret } });
    const rows = async () => [
      await world.deps.desired.rows(connection),
      await world.deps.ledger.read(connection),
      await world.deps.lease.read('doctor'),
      await world.deps.desired.rows('doctor'),
    ];
    const before = await rows();
    world.callsSince();
    expect((await doctor()).code).toBe(0);
    const calls = world.callsSince();
    expect(calls).toMatchObject({ list: 1, get: 1, DescribeSecret: 2, BatchGetSecretValue: 2 });
    expect(calls).not.toHaveProperty('put');
    expect(await rows()).toEqual(before);
  });
});

describe('what all connections need', () => {
  test('credentials: none are found', async () => {
    const told = await new Promise<{ stdout: string; stderr: string; code: unknown }>((done) => {
      const entry = resolve(import.meta.dirname, '../../../../bin/trueup.mjs');
      const argv = [
        'doctor',
        '--desired-table',
        'D',
        '--ledger-table',
        'L',
        '--region',
        'eu-west-1',
      ];
      const env = {
        ...childEnvironment,
        HOME: '/nowhere',
        AWS_EC2_METADATA_DISABLED: 'true',
        TRUEUP_ALLOWED_HOSTS: 'barndoor=acme.example',
      };
      execFile(process.execPath, [entry, ...argv], { env }, (error, stdout, stderr) => {
        done({ stdout, stderr, code: error?.code });
      });
    });
    expect(told.stdout).toMatch(
      /^x {2}credentials: .*\n( {6}.*\n)* {3}next: sign in to AWS \(--prof/,
    );
    expect(told.stderr).toBe('1 of 1 check failed.\n');
    expect(told.code).toBe(1);
  });

  test.each([
    ['--desired-table', 'table Nowhere'],
    ['--ledger-table', 'table Nowhere'],
  ])('tables: %s names one that is not there', async (option, what) => {
    const tables = onTables(world, world.clock);
    const all = ['--desired-table', 'Desired', '--ledger-table', 'Ledger'];
    const { code, stdout } = await trueup(
      ['doctor', '--output', 'json', ...all, option, 'Nowhere'],
      tables.options,
    );
    const found = finder((JSON.parse(stdout) as { checks: readonly Check[] }).checks)(what);
    expect(code).toBe(1);
    expect(found).toMatchObject({
      ok: false,
      fix: 'check the name, and pass the right --region and --profile',
    });
    expect(found.found).toContain('ResourceNotFound');
  });

  test.each([
    ['PutItem', ['rights: write to table Ledger']],
    ['DeleteItem', ['rights: write to table Desired']],
  ])('rights: %s is denied', async (operation, whats) => {
    dynamodb = (one) => (one === operation ? denied : undefined);
    const { code, failed, find } = await doctor();
    expect(code).toBe(1);
    expect(failed.map((one) => one.what)).toEqual(whats);
    expect(find('acme: declaration').ok).toBe(true);
    expect(failed[0]?.found).toContain('User: kim is not authorized');
    expect(failed[0]?.fix).toContain('OperatorPolicyArn');
  });

  test('rights: a table may not be read', async () => {
    dynamodb = (one) => (one === 'Scan' ? denied : undefined);
    const { failed } = await doctor();
    expect(failed.map(({ what }) => what)).toEqual(['table Desired']);
    expect(failed[0]?.fix).toContain('OperatorPolicyArn');
  });

  test('the fingerprint key is not there', async () => {
    const { code, failed } = await doctor({
      environment: { TRUEUP_FINGERPRINT_SECRET: 'nowhere' },
    });
    expect(code).toBe(1);
    expect(failed.map(({ what }) => what)).toEqual(['fingerprint key']);
  });

  test('a server that two connections of one account declare', async () => {
    const stored = await world.deps.desired.rows(connection);
    const own = stored.find(({ item }) => item === 'connection')?.value;
    const [id = ''] = serverIds(1);
    await world.desired.put('beta', 'connection', own as never);
    await world.desired.put('beta', `server#${id.toUpperCase()}`, { spec: {} });
    await world.desired.put(connection, `server#${id}`, { spec: {} });
    const { failed } = await doctor();
    const found = failed.filter((one) => one.found.includes('for the same account'));
    expect(found.map(({ what }) => what)).toEqual([`beta: server ${id.toUpperCase()}`]);
    expect(found[0]?.found).toContain(`is also declared by ${connection}`);
  });

  test('a server that Trueup created for one connection of an account, and another declares', async () => {
    const stored = await world.deps.desired.rows(connection);
    const own = stored.find(({ item }) => item === 'connection')?.value;
    await world.desired.put('beta', 'connection', own as never);
    const { ledger } = world.deps;
    const [at, account] = [new Date(0).toISOString(), 'a'];
    const reservation = { nonce: 'n', account, body: {}, createOnly: '', epoch: 1, at };
    const binding = { account, origin: 'created', stack: 'trueup', at } as const;
    for (const name of [connection, 'beta']) await world.desired.put(name, 'new#crm', { spec: {} });
    const shared = async () =>
      (await doctor()).failed.filter((one) => one.found.includes('for the same account'));
    expect(await shared()).toEqual([]);
    await ledger.advance(connection, 'crm', { kind: 'reserve', reservation });
    await ledger.advance(connection, 'crm', {
      kind: 'answered',
      attempt: reservation,
      id: 's1',
      binding,
    });
    await world.desired.put('beta', 'server#s1', { spec: {} });
    expect((await shared()).map(({ what }) => what)).toEqual(['beta: server s1']);
  });

  test('no connection is declared', async () => {
    await world.desired.remove(connection, 'connection');
    const { code, find } = await doctor();
    expect(code).toBe(1);
    expect(find('connections').fix).toContain('trueup push');
  });

  test.each([
    [13_000, true],
    [17_000, false],
    [-13_000, true],
    [-17_000, false],
  ])('clock: ours is off by %d ms', async (ms, isWell) => {
    world.clock.advance(ms);
    const { code, find } = await doctor();
    const clock = find('clock');
    expect(clock.ok).toBe(isWell);
    expect(code).toBe(isWell ? 0 : 1);
    expect(clock.found).toMatch(
      /^1[1-7]\.\d s (ahead of|behind) the clock of DynamoDB; 15 s are allowed/,
    );
    expect(clock.found).toContain(ms > 0 ? 'ahead of' : 'behind');
    if (!isWell) expect(clock.fix).toContain('NTP');
  });
});

describe('a connection', () => {
  test('declaration: a server’s row is not valid', async () => {
    await world.declare({ id: b, label: 'second', spec: { nonsense: true } });
    const { failed } = await doctor();
    expect(failed).toMatchObject([
      { what: 'acme: declaration', fix: expect.stringContaining('trueup plan acme') },
    ]);
    expect(failed[0]?.found).toContain('1 of 2 servers invalid, such as second: /spec/nonsense');
  });

  test('declaration: its own row is not valid; its secrets are looked at all the same', async () => {
    await world.declareConnection({ baseUrl: 'nonsense' });
    const { failed, find } = await doctor();
    expect(failed.map(({ what }) => what)).toEqual(['acme: declaration']);
    expect(find('acme: secrets').found).toBe('1 secret found');
  });

  test('host: not allowed', async () => {
    const { failed, find } = await doctor({
      environment: { TRUEUP_ALLOWED_HOSTS: 'barndoor=another.example' },
    });
    expect(failed).toMatchObject([
      {
        what: `acme: baseUrl ${new URL(world.barndoor.url).host}`,
        found: expect.stringMatching(
          /not among the allowed hosts for barndoor: .*TRUEUP_ALLOWED_HOSTS as barndoor=127/,
        ),
        fix: expect.stringContaining('If it is right, allow it'),
      },
    ]);
    for (const what of ['acme: token', 'acme: list call']) {
      expect(find(what)).toMatchObject({ skipped: true, found: expect.stringContaining('host') });
    }
    expect(world.barndoor.requests).toEqual([]);
  });

  test('host: does not resolve', async () => {
    await world.declareConnection({ baseUrl: 'https://acme.invalid' });
    const { failed } = await doctor({
      environment: { TRUEUP_ALLOWED_HOSTS: 'barndoor=acme.invalid' },
    });
    expect(failed).toMatchObject([
      {
        what: 'acme: baseUrl acme.invalid',
        found: expect.stringMatching(/no connection \((ENOTFOUND|EAI_AGAIN)\)/),
        fix: expect.stringContaining('DNS'),
      },
    ]);
  });

  test('host: resolves to what no setting allows', async () => {
    await world.declareConnection({ baseUrl: 'https://169.254.169.254' });
    const { failed } = await doctor({
      environment: { TRUEUP_ALLOWED_HOSTS: 'barndoor=169.254.169.254' },
    });
    expect(failed[0]?.found).toContain('is not an allowed address');
  });

  test('host: a certificate that nobody vouches for', async () => {
    const server = createServer(selfSigned('localhost'));
    await new Promise<void>((done) => void server.listen(0, '127.0.0.1', done));
    try {
      const host = `localhost:${(server.address() as AddressInfo).port}`;
      await world.declareConnection({ baseUrl: `https://${host}` });
      const { failed } = await doctor({
        environment: { TRUEUP_ALLOWED_HOSTS: `barndoor=${host}` },
      });
      expect(failed).toMatchObject([
        {
          what: `acme: baseUrl ${host}`,
          found: expect.stringMatching(/no secure connection \(DEPTH_ZERO_SELF_SIGNED_CERT\)/),
          fix: expect.stringContaining('NODE_EXTRA_CA_CERTS'),
        },
      ]);
    } finally {
      server.close();
    }
  });

  test('token: the bearer’s secret is not there, and its name is in the line', async () => {
    const token = { secret: `trueup/${connection}/lacking` };
    await world.declareConnection({ auth: { type: 'bearer', token } });
    const { failed, find } = await doctor();
    expect(failed).toMatchObject([
      {
        what: 'acme: secret trueup/acme/lacking',
        found: 'does not exist in this account and region; used by auth',
        fix: 'set --region if it is in another one, or: aws secretsmanager create-secret --name trueup/acme/lacking --secret-string file://FILE',
      },
      { what: 'acme: token', fix: expect.stringContaining('secret trueup/acme/lacking') },
    ]);
    expect(find('acme: list call').skipped).toBe(true);
  });

  test.each([
    [401, 'put a valid one into secret trueup/acme/token'],
    [403, 'permission to list'],
    [404, 'path in baseUrl'],
    [429, 'budget.requestsPerMinute'],
    [500, 'status page'],
  ])('list call: HTTP %d', async (status, fix) => {
    world.barndoor.misbehave({ operation: 'list', effect: { kind: 'status', status } });
    const { code, failed, find } = await doctor();
    expect(code).toBe(1);
    expect(find('acme: token').ok).toBe(true);
    expect(failed).toMatchObject([{ what: 'acme: list call', fix: expect.stringContaining(fix) }]);
  });

  test.each<[number, object]>([
    [403, { ok: false, fix: expect.stringContaining('a token with access to all servers') }],
    [500, { ok: true, skipped: true }],
  ])('a server that is not there: HTTP %d', async (status, expected) => {
    world.barndoor.misbehave({ operation: 'get', effect: { kind: 'status', status } });
    const { find } = await doctor();
    expect(find('acme: unknown server')).toMatchObject(expected);
  });

  describe('that signs in', () => {
    const signIn = async (auth: object) => {
      const common = { tokenUrl: world.issuer.tokenUrl, client_id: 'trueup' };
      await world.declareConnection({ auth: { ...common, ...auth } });
    };
    const clientCredentials = () =>
      signIn({
        type: 'client-credentials',
        client_secret: { secret: `trueup/${connection}/client` },
      });
    const refreshToken = () =>
      signIn({ type: 'refresh-token', refresh_token: { secret: `trueup/${connection}/login` } });

    test('with client credentials: the endpoint gives a token, which the vendor accepts', async () => {
      await world.secrets.write(`trueup/${connection}/client`, canary);
      await clientCredentials();
      const { code, find } = await doctor();
      expect(code).toBe(0);
      expect(find('acme: token').found).toBe('the token endpoint issued a token');
      expect(find(`acme: tokenUrl ${new URL(world.issuer.url).host}`).ok).toBe(true);
    });

    test('with client credentials that are wrong', async () => {
      await world.secrets.write(`trueup/${connection}/client`, 'canary-of-another');
      await clientCredentials();
      const { failed } = await doctor();
      expect(failed).toMatchObject([
        { what: 'acme: token', fix: expect.stringContaining('secret trueup/acme/client') },
      ]);
    });

    test('with a refresh token: it is not exchanged, and what that keeps from being known is said', async () => {
      const stored = { refresh_token: 'canary-of-refresh' };
      await world.secrets.write(`trueup/${connection}/login`, JSON.stringify(stored));
      await refreshToken();
      const asked = world.issuer.requests.length;
      const { code, find } = await doctor();
      expect(code).toBe(0);
      expect(world.issuer.requests).toHaveLength(asked);
      expect(find('acme: token')).toMatchObject({ skipped: true });
      expect(find('acme: token').found).toContain('the next pass');
      expect(find('acme: list call').skipped).toBe(true);
    });

    test('with an access token that was saved and holds: it is used', async () => {
      await refreshToken();
      const { connection: declared } = await readConnection(connection, world.deps, []);
      await world.deps.signIns.save(connection, {
        refreshToken: new Secret('canary-of-refresh'),
        access: { token: new Secret('bearer-of-acme'), expiresAt: world.clock.now() + 3_600_000 },
        origin: originOf(declared.auth as Parameters<typeof originOf>[0]),
      });
      const { code, find } = await doctor();
      expect(code).toBe(0);
      expect(find('acme: list call').found).toContain('1 server on the first page');
    });

    test('with a secret that login never wrote', async () => {
      await world.secrets.write(`trueup/${connection}/login`, 'canary-of-a-bare-text');
      await refreshToken();
      const { failed } = await doctor();
      const fix = expect.stringContaining('trueup login acme');
      expect(failed).toMatchObject([
        {
          what: 'acme: secret trueup/acme/login',
          found: "is not a JSON object, so it has no key 'refresh_token'; used by auth",
          fix,
        },
        { what: 'acme: token', fix },
      ]);
    });
  });

  describe('secrets', () => {
    const uses = (name: string) =>
      world.declare({ id: a, label: 'first', spec: { client_secret: { secret: name } } });
    const name = `trueup/${connection}/a`;

    test('marked for deletion', async () => {
      await world.secrets.write(name, canary);
      await uses(name);
      const client = secretsManagerClient(world.endpoints.secretsManager);
      await client.send(new DeleteSecretCommand({ SecretId: name }));
      client.destroy();
      const { failed, find } = await doctor();
      expect(failed).toMatchObject([
        {
          what: `acme: secret ${name}`,
          found: 'is marked for deletion; used by first',
          fix: `aws secretsmanager restore-secret --secret-id ${name}`,
        },
      ]);
      expect(find('acme: secrets').found).toBe('1 secret found');
    });

    test.each([
      ['without a current value', { VersionIdsToStages: {} }, 'put-secret-value'],
      ['not permitted', undefined, 'OperatorPolicyArn'],
    ])('%s', async (_, body, fix) => {
      await uses(name);
      secretsManager = (operation, asked) => {
        const isIt = operation === 'DescribeSecret' && JSON.stringify(asked).includes(name);
        if (!isIt) return undefined;
        return body ? { status: 200, body: { Name: name, ...body } } : denied;
      };
      const { failed } = await doctor();
      expect(failed).toMatchObject([
        { what: `acme: secret ${name}`, fix: expect.stringContaining(fix) },
      ]);
    });

    test('of a name that breaks the rule: it may be a value, and is not shown', async () => {
      await uses('canary-where-a-name-belongs');
      const { failed } = await doctor();
      expect(failed).toMatchObject([
        { what: 'acme: declaration' },
        { what: 'acme: a secret', fix: 'name it trueup/acme/..., without an ARN' },
      ]);
      expect(failed[1]?.found).toBe("the name does not begin with 'trueup/acme/'; used by first");
    });

    test('a store that does not answer is one finding, and not one for each secret', async () => {
      await uses(name);
      secretsManager = (operation) =>
        operation === 'DescribeSecret'
          ? { status: 400, body: { __type: 'ThrottlingException', message: '' } }
          : undefined;
      const { failed } = await doctor();
      expect(failed).toMatchObject([{ what: 'acme: secrets', fix: 'try again in a minute' }]);
    });
  });

  describe('the last pass', () => {
    test('could not reach the vendor', async () => {
      const well = world.barndoor.misbehave({
        operation: 'list',
        effect: { kind: 'status', status: 500 },
      });
      await world.pass();
      well();
      world.clock.advance(4000);
      const { failed } = await doctor();
      expect(failed).toMatchObject([
        { what: 'acme: last pass', fix: expect.stringContaining('list call above') },
      ]);
      expect(failed[0]?.found).toMatch(/^unreachable 0 min ago \(.* UTC, by schedule\): /);
    });

    test('found a row that is not valid', async () => {
      await world.declareConnection({ provider: 'nobody' });
      await world.pass();
      await world.declareConnection();
      const { failed } = await doctor();
      expect(failed).toMatchObject([
        { what: 'acme: last pass', fix: 'fix the row of the connection' },
      ]);
    });
  });
});

describe('the last pass where functions make them', () => {
  const hour = 60 * 60_000;
  const check = () => lastPassCheck(connection, world.deps, true);

  test('is missing if there was none', async () => {
    expect(await check()).toMatchObject({
      ok: false,
      found: 'none yet',
      fix: expect.stringContaining('trueup reconcile acme'),
    });
  });

  test('is missing after a day, unless the connection is paused', async () => {
    await world.pass();
    world.clock.advance(23 * hour);
    expect(await check()).toMatchObject({ ok: true, found: expect.stringMatching(/^23 h ago/) });
    world.clock.advance(49 * hour);
    expect(await check()).toMatchObject({
      ok: false,
      found: expect.stringMatching(/^3 days ago/),
      fix: expect.stringContaining('CommandLogsScheduled'),
    });
    const at = new Date(world.clock.now()).toISOString();
    const until = new Date(world.clock.now() + hour).toISOString();
    await world.deps.ledger.pause(connection, { at, until });
    expect(await check()).toMatchObject({ ok: true, found: expect.stringMatching(/; paused$/) });
    world.clock.advance(hour);
    expect(await check()).toMatchObject({ ok: false, found: expect.stringMatching(/^3 days ago/) });
  });
});

describe('with a stack', () => {
  let stack: DeployedStack;

  beforeEach(async () => {
    stack = await startStack(world);
  });

  afterEach(() => stack.close());

  const run = (name: string) =>
    trueup(['doctor', '--stack', name], onTables(world, world.clock).options);

  test('all is well once the schedule has made a pass', async () => {
    const before = await run(stack.name);
    expect(before.code).toBe(1);
    expect(before.stdout).toMatch(
      /^x {2}acme: last pass: none yet\n {3}next: `trueup reconcile acme --stack trueup-test`/m,
    );
    await world.pass();
    expect(await run(stack.name)).toMatchObject({ code: 0, stderr: '14 checks: all passed.\n' });
  });

  test('that is not there', async () => {
    const { code, stdout } = await run('another');
    expect(code).toBe(1);
    expect(stdout).toMatch(
      /^x {2}deployment: .*\n( {6}.*\n)* {3}next: check the name, and pass the right --region/,
    );
  });
});

describe('with files', () => {
  test('all is well; the vendor’s own clock is what there is', async () => {
    const fleet = await startFleetInFiles({ servers: 2 });
    try {
      const argv = ['doctor', ...fleet.options];
      const options = { cwd: fleet.folder, environment: fleet.environment };
      const { code, stdout } = await trueup(argv, options);
      expect(code).toBe(0);
      expect(stdout).toContain('ok trueup.json: readable, 1 connection');
      expect(stdout).toContain('ok state folder .trueup: readable');
      expect(stdout).toMatch(/^ok clock: agrees with the clock of 127\.0\.0\.1:\d+$/m);
      expect(stdout).toContain('ok acme: secrets: 1 secret found');

      await rm(join(fleet.folder, 'secrets.json'));
      const without = await trueup(['doctor', '--file', 'trueup.json'], options);
      expect(without.code).toBe(1);
      expect(without.stdout).toContain('x  acme: secret trueup/acme/token: is not in the variable');
      expect(without.stdout.replaceAll(/\s+/g, ' ')).toContain(
        'next: add it to secrets.json beside the declarations (mode 0600), with exactly this name',
      );
    } finally {
      await fleet.close();
    }
  });
});
