import { afterEach, describe, expect, test } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Intercept } from '../../../lib/local/aws/aws-json.ts';
import { startBarndoor } from '../../../lib/local/gateways/barndoor/simulator.ts';
import type { BarndoorSimulator } from '../../../lib/local/gateways/barndoor/simulator.ts';
import type { Effect } from '../../../lib/local/gateways/misbehaviour.ts';
import { bearer, connection, serverIds, startWorld } from '../../support/world.ts';
import { onTables, trueup } from '../run.ts';
import type { Ran } from '../run.ts';

const [a = '', b = ''] = serverIds(2);
const secret = `trueup/${connection}/a`;
const live = [
  { id: a, name: 'Old A' },
  { id: b, name: 'Old B' },
];
const declared = [
  {
    id: a,
    label: 'first',
    spec: { name: 'New A', client_secret: { secret } },
    policy: { mode: 'correct' },
  },
  { id: b, label: 'second', spec: { name: 'New B' }, policy: { mode: 'correct' } },
];

/** A connection of two servers, with a command line on it. */
interface Place {
  readonly run: (...argv: string[]) => Promise<Ran>;
  /** An unattended pass; with files, nothing makes one but `retry`. */
  readonly pass?: () => Promise<unknown>;
  readonly vendor: () => BarndoorSimulator;
  /** The secret cannot be had, or can be again. */
  readonly allowSecret: (isAllowed: boolean) => Promise<void>;
  readonly close: () => Promise<void>;
}

async function tables(): Promise<Place> {
  let isAllowed = true;
  const denies = ['GetSecretValue', 'BatchGetSecretValue'];
  const intercept: Intercept = (operation, body) =>
    !isAllowed && denies.includes(operation) && JSON.stringify(body).includes(secret)
      ? { status: 400, body: { __type: 'AccessDeniedException', message: 'no' } }
      : undefined;
  const world = await startWorld({ servers: live }, { secretsManager: { intercept } });
  await world.secrets.write(secret, 'canary-of-client-secret');
  await world.declareConnection({ policy: { mode: 'correct' } });
  await world.declare(...declared);
  const { run } = onTables(world, world.clock);
  return {
    run: (...argv) => run(argv),
    pass: () => world.pass(),
    vendor: () => world.barndoor,
    allowSecret: async (yes) => {
      isAllowed = yes;
    },
    close: () => world.close(),
  };
}

async function files(): Promise<Place> {
  const folder = await mkdtemp(join(tmpdir(), 'trueup-cli-'));
  const vendor = await startBarndoor({ servers: live, tokens: [bearer] });
  const write = (name: string, value: unknown) =>
    writeFile(join(folder, name), JSON.stringify(value), { mode: 0o600 });
  await write('trueup.json', {
    connection,
    provider: 'barndoor',
    baseUrl: vendor.url,
    auth: { type: 'bearer', token: { secret: 'trueup/acme/token' } },
    budget: { requestsPerMinute: 60_000 },
    servers: declared,
  });
  const allowSecret = (yes: boolean) =>
    write('secrets.json', {
      'trueup/acme/token': bearer,
      ...(yes && { [secret]: 'canary-of-client-secret' }),
    });
  await allowSecret(true);
  return {
    run: (...argv) =>
      trueup([...argv, '--file', 'trueup.json', '--secrets', 'secrets.json'], {
        cwd: folder,
        environment: { TRUEUP_ALLOWED_HOSTS: `barndoor=${new URL(vendor.url).host}` },
      }),
    vendor: () => vendor,
    allowSecret,
    close: async () => {
      await vendor.close();
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
  'a secret that is denied or missing': async (place) => {
    await place.allowSecret(false);
    return () => place.allowSecret(true);
  },
};

let place: Place;

afterEach(() => place.close());

const puts = () =>
  place.vendor().requests.filter(({ method, path }) => method === 'PUT' && path.endsWith(a)).length;

describe.each([
  ['tables', tables],
  ['files', files],
])('on %s', (_kind, start) => {
  describe.each(Object.entries(failures))('%s', (_, fail) => {
    test.each([
      ['apply', ['apply', '--yes']],
      ['retry of its server', ['retry', 'acme/first']],
      ['retry of its connection', ['retry', 'acme']],
    ])('is ended by %s', async (_command, argv) => {
      place = await start();
      const end = await fail(place);
      const first = await place.run('apply', '--yes');
      expect(first.code).toBe(1);
      expect(place.vendor().find(a).name).toBe('Old A');
      const shown = first.stdout.replaceAll(/\s+/g, ' ');
      expect(shown).toMatch(/(failed|waiting) acme\/first since /);
      expect(shown).toMatch(/next attempt [\d-]+ [\d:]+ UTC; at once: `trueup apply` or `trueup/);
      const sent = puts();
      await place.pass?.();
      expect(puts()).toBe(sent);
      await end();
      await place.run(...argv);
      // The functions of a deployment make the pass that was asked for.
      await place.pass?.();
      expect(place.vendor().find(a).name).toBe('New A');
      expect((await place.run('plan', '--detailed-exitcode')).code).toBe(0);
    });
  });

  test('a backoff of the connection is ended by retry of a server', async () => {
    place = await start();
    const end = place.vendor().misbehave({ operation: 'list', effect: status(403) });
    await place.run('retry', 'acme');
    await place.pass?.();
    const { length } = place.vendor().requests;
    await place.pass?.();
    expect(place.vendor().requests).toHaveLength(length);
    end();
    await place.run('retry', 'acme/first');
    await place.pass?.();
    expect(place.vendor().find(a).name).toBe('New A');
  });

  test('a Retry-After is waited for, whoever asks', async () => {
    place = await start();
    const effect: Effect = { kind: 'status', status: 503, retryAfter: 3600 };
    const end = place.vendor().misbehave({ method: 'PUT', id: a, effect });
    await place.run('apply', '--yes');
    const sent = puts();
    end();
    await place.run('apply', '--yes');
    await place.run('retry', 'acme/first');
    await place.pass?.();
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
    expect(stderr).toContain('acme: 0 servers that failed');
    await place.pass?.();
    expect(puts()).toBe(sent + 1);
  });
});
