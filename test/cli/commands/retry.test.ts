import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Intercept } from '../../../lib/local/aws/aws-json.ts';
import { DeleteSecretCommand } from '@aws-sdk/client-secrets-manager';
import { secretsManagerClient } from '../../../lib/secrets/secrets-manager/client.ts';
import { serveQueue } from '../../../demo/world/local-functions.ts';
import { wire } from '../../../lib/wiring.ts';
import { filesTarget } from '../../../lib/cli/targets/files/files-target.ts';
import { createOutput } from '../../../lib/cli/output/output.ts';
import { readCliSettings } from '../../../lib/cli/settings.ts';
import { reconcile } from '../../../lib/pass/reconcile.ts';
import { startBarndoor } from '../../../lib/local/gateways/barndoor/simulator.ts';
import type { BarndoorSimulator } from '../../../lib/local/gateways/barndoor/simulator.ts';
import type { Effect } from '../../../lib/local/gateways/misbehaviour.ts';
import { startTokenEndpoint } from '../../../lib/local/issuer/token-endpoint.ts';
import type { TokenEndpoint } from '../../../lib/local/issuer/token-endpoint.ts';
import { startStack } from '../../support/stack.ts';
import type { DeployedStack } from '../../support/stack.ts';
import { bearer, connection, serverIds, startWorld } from '../../support/world.ts';
import type { TestWorld } from '../../support/world.ts';
import { onTables, trueup } from '../run.ts';
import type { Ran } from '../run.ts';
import { sampled } from '../../support/sample.ts';

const [a = '', b = ''] = serverIds(2);
const secret = `trueup/${connection}/a`;
const otherBearer = 'another-bearer-of-acme';
const live = [
  { id: a, name: 'Old A' },
  { id: b, name: 'Old B' },
];

type Row = Readonly<Record<string, unknown>>;

/** How what is declared differs from the usual. */
interface Declared {
  readonly spec?: Row;
  readonly policy?: Row;
  readonly connection?: Row;
}

function serversOf({ spec, policy }: Declared = {}) {
  return [
    {
      id: a,
      label: 'first',
      spec: { name: 'New A', client_secret: { secret }, ...spec },
      policy: { mode: 'correct', ...policy },
    },
    { id: b, label: 'second', spec: { name: 'New B' }, policy: { mode: 'correct' } },
  ];
}

/** A connection of two servers, with a command line on it. */
interface Place {
  readonly run: (...argv: string[]) => Promise<Ran>;
  /** An unattended pass. */
  readonly pass: () => Promise<unknown>;
  readonly vendor: () => BarndoorSimulator;
  readonly declare: (how: Declared) => Promise<unknown>;
  /** Gives the server's secret a value. */
  readonly putSecret: (value: string) => Promise<unknown>;
  readonly removeSecret: () => Promise<unknown>;
  /** Lets nothing read the server's secret, or lets it again. Files have no such rights. */
  readonly denySecret?: (isDenied: boolean) => void;
  /** Gives the connection another bearer token. */
  readonly putBearer: (value: string) => Promise<unknown>;
  readonly issuer: TokenEndpoint;
  /** Writes a new refresh token of a person into the secret that `personsAuth` names. */
  readonly putRefreshToken: () => Promise<unknown>;
  readonly close: () => Promise<void>;
}

const usual = 'canary-of-client-secret';
const refreshSecret = `trueup/${connection}/person`;
const clients = { person: undefined };

/** In a person's name. */
const personsAuth = ({ issuer }: Pick<Place, 'issuer'>) => ({
  type: 'refresh-token',
  tokenUrl: issuer.tokenUrl,
  client_id: 'person',
  refresh_token: { secret: refreshSecret },
});

async function tables(hasSecret = true): Promise<Place> {
  let denied = false;
  const denies = ['GetSecretValue', 'BatchGetSecretValue'];
  const intercept: Intercept = (operation, body) =>
    denied && denies.includes(operation) && JSON.stringify(body).includes(secret)
      ? { status: 400, body: { __type: 'AccessDeniedException', message: 'no' } }
      : undefined;
  const tokens = [bearer, otherBearer];
  const world = await startWorld(
    { servers: live, tokens },
    { secretsManager: { intercept }, issuer: { clients } },
  );
  const declare = async (how: Declared = {}) => {
    await world.declareConnection({ policy: { mode: 'correct' }, ...how.connection });
    await world.declare(...serversOf(how));
  };
  await declare();
  if (hasSecret) await world.secrets.write(secret, usual);
  const { run } = onTables(world, world.clock);
  return {
    run: (...argv) => run(argv),
    pass: () => world.pass(),
    vendor: () => world.barndoor,
    declare,
    putSecret: (value) => world.secrets.write(secret, value),
    removeSecret: async () => {
      const client = secretsManagerClient(world.endpoints.secretsManager);
      await client.send(new DeleteSecretCommand({ SecretId: secret }));
      client.destroy();
    },
    denySecret: (isDenied) => {
      denied = isDenied;
    },
    putBearer: (value) => world.secrets.write(`trueup/${connection}/token`, value),
    issuer: world.issuer,
    putRefreshToken: () => {
      const token = world.issuer.issueRefreshToken('person');
      return world.secrets.write(refreshSecret, JSON.stringify({ refresh_token: token }));
    },
    close: () => world.close(),
  };
}

async function files(hasSecret = true): Promise<Place> {
  const folder = await mkdtemp(join(tmpdir(), 'trueup-cli-'));
  const issuer = await startTokenEndpoint({ clients });
  const tokens = (token: string) => [bearer, otherBearer].includes(token) || issuer.accepts(token);
  const vendor = await startBarndoor({ servers: live, tokens });
  const write = (name: string, value: unknown) =>
    writeFile(join(folder, name), JSON.stringify(value), { mode: 0o600 });
  const declare = (how: Declared = {}) =>
    write('trueup.json', {
      connection,
      provider: 'barndoor',
      baseUrl: vendor.url,
      auth: { type: 'bearer', token: { secret: 'trueup/acme/token' } },
      budget: { requestsPerMinute: 60_000 },
      ...how.connection,
      servers: serversOf(how),
    });
  await write('secrets.json', hasSecret ? { [secret]: usual } : {});
  const put = async (name: string, value: unknown) => {
    // What Trueup itself has written stays.
    const secrets = JSON.parse(await readFile(join(folder, 'secrets.json'), 'utf8')) as Row;
    await write('secrets.json', { ...secrets, [name]: value });
  };
  await declare();
  await put('trueup/acme/token', bearer);
  const hosts = [vendor.url, issuer.url].map((url) => `barndoor=${new URL(url).host}`);
  const environment = { TRUEUP_ALLOWED_HOSTS: hosts.join(',') };
  const named = ['--file', 'trueup.json', '--secrets', 'secrets.json'];
  return {
    run: (...argv) => trueup([...argv, ...named], { cwd: folder, environment }),
    pass: async () => {
      const sink = { isTTY: false, write: () => undefined };
      const settings = readCliSettings(environment);
      const target = await filesTarget({
        command: 'retry',
        cwd: folder,
        options: {
          file: ['trueup.json'],
          secrets: 'secrets.json',
          state: '.trueup',
          output: 'text',
        },
        output: createOutput(sink, sink, settings),
        settings,
        wiring: {},
      });
      try {
        await reconcile({ connection, trigger: 'schedule' }, target.deps);
      } finally {
        await target.close();
      }
    },
    vendor: () => vendor,
    declare,
    putSecret: (value) => put(secret, value),
    removeSecret: () => put(secret, undefined),
    putBearer: (value) => put('trueup/acme/token', value),
    issuer,
    putRefreshToken: () =>
      put(refreshSecret, { refresh_token: issuer.issueRefreshToken('person') }),
    close: async () => {
      await vendor.close();
      await issuer.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

const status = (code: number): Effect => ({ kind: 'status', status: code });
const ofPut = (code: number) => (place: Place) =>
  Promise.resolve(place.vendor().misbehave({ method: 'PUT', id: a, effect: status(code) }));

/** What makes the first server fail; resolves with what ends it, which Trueup is not told of. */
const failures: Readonly<Record<string, (place: Place) => Promise<() => unknown>>> = {
  '403': ofPut(403),
  '422': ofPut(422),
  '503': ofPut(503),
  'a name that is taken': async (place) => {
    const taken = '0a1b2c3d-0000-4000-8000-00000000abcd';
    place.vendor().add({ id: taken, name: 'New A' });
    return () => place.vendor().remove(taken);
  },
  'a secret that is denied': async ({ denySecret }) => {
    denySecret?.(true);
    return () => denySecret?.(false);
  },
};

/** What ends a failure at once; the functions, or another unattended pass, do the rest. */
const ends: Readonly<Record<string, (place: Place) => Promise<unknown>>> = {
  apply: (place) => place.run('apply', '--yes'),
  'retry of its server': (place) => place.run('retry', 'acme/first'),
  'retry of its connection': (place) => place.run('retry', 'acme'),
  'another declaration': (place) => place.declare({ spec: { client_id: 'another' } }),
  'another policy': (place) => place.declare({ policy: { reassertEvery: '7d' } }),
  'another value of its secret': (place) => place.putSecret('another-client-secret'),
  'another bearer': (place) => place.putBearer(otherBearer),
};

/**
 * Whether a failure is over is decided by what has been read, from wherever it is. So each failure with each end is tried on files;
 * on tables each end after a failure of the call and after one of the secret, and each other failure with an end that is asked
 * for and one that is noticed.
 */
const endsOnTables = (failure: string): readonly string[] =>
  ['403', 'a secret that is denied'].includes(failure)
    ? Object.keys(ends)
    : ['retry of its server', 'another value of its secret'];

/** The same of a connection that is not tried for now. */
const connectionEnds: typeof ends = {
  apply: (place) => place.run('apply', '--yes'),
  'retry of a server': (place) => place.run('retry', 'acme/first'),
  'retry of it': (place) => place.run('retry', 'acme'),
  'another declaration': (place) =>
    place.declare({ connection: { budget: { requestsPerMinute: 30_000 } } }),
  'another bearer': (place) => place.putBearer(otherBearer),
};

let place: Place;

/** The access tokens that the gateway has seen. */
const usedTokens = () =>
  new Set(
    place
      .vendor()
      .requests.map(({ headers }) => (headers['authorization'] ?? '').replace('Bearer ', '')),
  );

const puts = () =>
  place.vendor().requests.filter(({ method, path }) => method === 'PUT' && path.endsWith(a)).length;

describe.each([
  ['tables', tables],
  ['files', files],
])('on %s', (kind, start) => {
  afterEach(() => place.close());

  const possible = Object.entries(failures).filter(
    ([name]) => kind === 'tables' || name !== 'a secret that is denied',
  );
  describe.each(possible)('%s', (failure, fail) => {
    const all = Object.entries(ends).filter(
      ([name]) => kind === 'files' || endsOnTables(failure).includes(name),
    );
    // Each failure begins with another end, so that all have a turn.
    const from = possible.findIndex(([name]) => name === failure) % all.length;
    const tried = sampled([...all.slice(from), ...all.slice(0, from)], 6);
    test.each(tried)('is ended at once by %s', async (_end, end) => {
      place = await start();
      const give = await fail(place);
      const first = await place.run('apply', '--yes');
      expect(first.code).toBe(1);
      expect(place.vendor().find(a).name).toBe('Old A');
      const shown = first.stdout.replaceAll(/\s+/g, ' ');
      expect(shown).toMatch(/(failed|waiting) acme\/first since /);
      expect(shown).toMatch(/next attempt [\d-]+ [\d:]+ UTC; at once: `trueup/);
      const sent = puts();
      await give();
      await place.pass();
      expect(puts()).toBe(sent);
      await end(place);
      await place.pass();
      expect(place.vendor().find(a).name).toBe('New A');
      expect((await place.run('plan', '--detailed-exitcode')).code).toBe(0);
    });
  });

  test('a 403 is ended at once by another refresh token, and not by exchanges of the same', async () => {
    place = await start();
    await place.putRefreshToken();
    await place.declare({ connection: { auth: personsAuth(place) } });
    const give = await ofPut(403)(place);
    await place.pass();
    const sent = puts();
    expect(place.vendor().find(a).name).toBe('Old A');
    give();
    // So that the same refresh token is exchanged again.
    for (const token of usedTokens()) place.issuer.revoke(token);
    await place.pass();
    expect(place.issuer.counts['refresh_token']).toBe(2);
    expect(puts()).toBe(sent);
    await place.putRefreshToken();
    await place.pass();
    expect(place.issuer.counts['refresh_token']).toBe(3);
    expect(place.vendor().find(a).name).toBe('New A');
    expect((await place.run('plan', '--detailed-exitcode')).code).toBe(0);
  });

  test('a secret that is missing is sent by the next pass that finds it', async () => {
    place = await start(false);
    await place.pass();
    const { stdout } = await place.run('status', 'acme');
    expect(stdout).toContain('first: failed since');
    expect(puts()).toBe(0);
    await place.putSecret(usual);
    await place.pass();
    expect(place.vendor().find(a).name).toBe('New A');
  });

  test.each(Object.entries(connectionEnds))(
    'a backoff of the connection is ended at once by %s',
    async (_end, end) => {
      place = await start();
      const give = place.vendor().misbehave({ operation: 'list', effect: status(403) });
      await place.pass();
      give();
      const { length } = place.vendor().requests;
      await place.pass();
      expect(place.vendor().requests).toHaveLength(length);
      await end(place);
      await place.pass();
      expect(place.vendor().find(a).name).toBe('New A');
    },
  );

  test('a plan warns of a secret that is gone, though it was applied', async () => {
    place = await start();
    await place.run('apply', '--yes');
    expect((await place.run('plan')).stdout).not.toContain('Warning');
    await place.removeSecret();
    const { code, stdout } = await place.run('plan', '--detailed-exitcode');
    expect(code).toBe(0);
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain(
      `Warning: secret ${secret} was not found, or cannot be described; used by first.`,
    );
    const json = JSON.parse((await place.run('plan', '--output', 'json')).stdout) as unknown;
    expect(json).toMatchObject({
      plans: [{ missingSecrets: [{ secret, servers: 1, such: ['first'] }] }],
    });
  });

  test('a connection that fails is shown alike by status, plans and reports', async () => {
    place = await start();
    place.vendor().misbehave({ operation: 'list', effect: status(403) });
    const problem = expect.stringMatching(/^GET \/api\/servers answered HTTP 403/);
    const time = expect.stringMatching(/^\d{4}-.*Z$/);
    const failing = {
      since: time,
      nextAttempt: time,
      atOnce: '`trueup retry`; a change of its declaration or sign-in',
    };
    const json = async (...argv: string[]) =>
      JSON.parse((await place.run(...argv, '--output', 'json')).stdout) as unknown;
    const reason = { code: 'http-403', message: problem };
    expect(await json('retry')).toMatchObject({ reports: [{ reason, ...failing }] });
    await place.pass();
    expect(await json('status')).toMatchObject({
      connections: [{ reason: { code: 'backing-off', message: problem }, ...failing }],
    });
    expect(await json('plan')).toMatchObject({ failures: [{ ...reason, ...failing }] });
    const said = /fails since [\d-]+ [\d:]+ UTC; next attempt [\d-]+ [\d:]+ UTC; at once: /;
    const shown = async (...argv: string[]) => {
      const { stdout, stderr } = await place.run(...argv);
      return (stdout + stderr).replaceAll(/\s+/g, ' ');
    };
    const texts = [await shown('status'), await shown('plan'), await shown('retry')];
    for (const text of texts) {
      expect(text).toMatch(/GET \/api\/servers answered HTTP 403/);
      expect(text).toMatch(said);
    }
  });

  test('a Retry-After is always waited for', async () => {
    place = await start();
    const effect: Effect = { kind: 'status', status: 503, retryAfter: 3600 };
    const end = place.vendor().misbehave({ method: 'PUT', id: a, effect });
    await place.run('apply', '--yes');
    const sent = puts();
    end();
    await place.run('apply', '--yes');
    await place.run('retry', 'acme/first');
    await place.pass();
    expect(puts()).toBe(sent);
    const { stdout } = await place.run('status', 'acme');
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain('at once: after its Retry-After');
  });

  test('retry --resend sends again what cannot be read, of one server', async () => {
    place = await start();
    expect((await place.run('apply', '--yes')).code).toBe(0);
    expect((await place.run('retry', 'acme', '--resend')).code).toBe(3);
    const sent = puts();
    const { code, stderr } = await place.run('retry', 'acme/first', '--resend');
    expect(code).toBe(0);
    expect(stderr).toContain('acme: no server has failed');
    await place.pass();
    expect(puts()).toBe(sent + 1);
  });
});

describe('with --stack', () => {
  let world: TestWorld;
  let stack: DeployedStack;

  beforeEach(async () => {
    world = await startWorld({ servers: live });
    stack = await startStack(world);
    await world.secrets.write(secret, usual);
    await world.declareConnection();
    await world.declare(...serversOf());
  });

  afterEach(async () => {
    await stack.close();
    await world.close();
  });

  const run = (...argv: string[]) =>
    trueup(['retry', ...argv, '--stack', stack.name], onTables(world, world.clock).options);

  const messages = () =>
    world.sqs.queue(world.queueUrl).messages.map(({ body }) => JSON.parse(body) as unknown);

  /** The function of the queue, for as long as a message is there. */
  async function serve(): Promise<void> {
    const over = new AbortController();
    const { settings, log, endpoints, clock } = world;
    const wiring = () => wire(settings, log, { endpoints, clock, random: () => 0 });
    const serving = serveQueue(world, wiring, over.signal);
    while (messages().length > 0) await new Promise((done) => void setTimeout(done, 5));
    over.abort();
    await serving;
  }

  test.each([
    ['a server', ['acme/first'], { servers: [a] }],
    ['a server, with --resend', ['acme/first', '--resend'], { servers: [a] }],
    ['a connection', ['acme'], {}],
    ['all of it', [], {}],
  ])('the functions are asked to make the pass, of %s', async (_, argv, scope) => {
    const end = world.barndoor.misbehave({ method: 'PUT', id: a, effect: status(403) });
    await world.pass();
    end();
    const { put } = world.barndoor.counts;
    const { code, stdout, stderr } = await run(...argv);
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    expect(stderr.replaceAll(/\s+/g, ' ')).toBe(
      'acme: retrying 1 failed or waiting server. Requested a pass from the functions; `trueup status acme --stack trueup-test` shows the result. ',
    );
    expect(messages()).toMatchObject([{ connection, ...scope }]);
    expect(world.barndoor.counts.put).toBe(put);
    await serve();
    expect(world.barndoor.find(a).name).toBe('New A');
    expect(world.barndoor.counts.put).toBe(put + 1);
  });
});
