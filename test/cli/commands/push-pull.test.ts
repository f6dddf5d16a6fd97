import { Secret } from '../../../lib/model/secret.ts';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { declarable } from '../../plan/support/arbitraries.ts';
import { connection, serverIds, startWorld } from '../../support/world.ts';
import type { TestWorld } from '../../support/world.ts';
import { onTables } from '../run.ts';
import type { Ran, RunOptions } from '../run.ts';
import { atScale } from '../../support/sample.ts';

const [a = '', b = '', c = ''] = serverIds(3);

let world: TestWorld;
let folder: string;
let run: (argv: readonly string[], more?: RunOptions) => Promise<Ran>;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'trueup-push-'));
  world = await startWorld();
  const tables = onTables(world, world.clock);
  run = (argv, more = {}) => tables.run(argv, { cwd: folder, ...more });
});

afterEach(async () => {
  await world.close();
  await rm(folder, { recursive: true, force: true });
});

const server = (id: string, spec: object, more: object = {}) => ({ id, ...more, spec });

async function declare(servers: readonly object[], more: object = {}): Promise<string> {
  const path = join(folder, 'acme.json');
  const auth = { type: 'bearer', token: { secret: `trueup/${connection}/token` } };
  const own = { connection, provider: 'barndoor', baseUrl: world.barndoor.url, auth };
  await writeFile(path, JSON.stringify({ ...own, ...more, servers }));
  return path;
}

const rows = async () => {
  const found = await world.deps.desired.rows(connection);
  return Object.fromEntries(found.map(({ item, value }) => [item, value]));
};

describe('push', () => {
  test('adds, then changes only what differs, each with the next generation', async () => {
    const path = await declare([server(a, { name: 'A' }, { label: 'first' }), server(b, {})]);
    const added = await run(['push', path]);
    expect(added).toEqual({
      code: 0,
      stdout: `+ acme\n+ acme/first\n+ acme/${b}\n`,
      stderr: 'Pushed: 3 added, 0 changed, 0 removed.\n',
    });
    await declare([server(a, { name: 'B\u001B' }, { label: 'first' }), server(b, {})]);
    world.callsSince();
    const { stdout, stderr } = await run(['push', path]);
    expect(stdout).toBe('~ acme/first\n    spec/name: "A" -> "B\\u001b"\n');
    expect(stderr).toBe('Pushed: 0 added, 1 changed, 0 removed.\n');
    // The row; and in the ledger the push, and who wrote this declaration.
    expect(world.callsSince()['PutItem']).toBe(3);
    expect(await rows()).toMatchObject({
      connection: { generation: 1 },
      [`server#${a}`]: { generation: 2, spec: { name: 'B\u001B' } },
      [`server#${b}`]: { generation: 1 },
    });
    expect((await run(['push', path])).stderr).toContain('Nothing to push');
  });

  test('a budget that cannot list the servers in one invocation is not valid, and the smallest that can is named', async () => {
    const budget = (requestsPerMinute: number) => ({ budget: { requestsPerMinute } });
    const many = serverIds(5000).map((id) => server(id, {}));
    const { code, stderr } = await run(['push', await declare(many, budget(20)), '--dry-run']);
    expect(code).toBe(3);
    expect(stderr.replaceAll(/\s+/g, ' ')).toContain(
      'acme: a list of 5000 servers takes 50 requests, which at 20 a minute outlast a function; budget.requestsPerMinute must be at least 24',
    );
    expect((await run(['push', await declare(many, budget(24)), '--dry-run'])).code).toBe(0);
    expect((await run(['push', await declare(many), '--dry-run'])).code).toBe(0);
  });

  test('--dry-run writes nothing, and --prune removes rows only', async () => {
    await run(['push', await declare([server(a, { name: 'A' }), server(b, {})])]);
    const path = await declare([server(a, { name: 'A' })]);
    expect((await run(['push', path])).stdout).toBe('');
    const dry = await run(['push', path, '--prune', '--dry-run', '--output', 'json']);
    expect(JSON.parse(dry.stdout)).toMatchObject({
      dryRun: true,
      changes: [{ action: 'remove', item: `server#${b}` }],
    });
    expect(Object.keys(await rows())).toContain(`server#${b}`);
    const { code, stdout } = await run(['push', path, '--prune']);
    expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringContaining('- acme/') });
    expect(Object.keys(await rows())).toEqual(['connection', `server#${a}`]);
  });

  test('--prune removes the tokens of a person who no longer signs in', async () => {
    await world.declareConnection({
      auth: {
        type: 'refresh-token',
        tokenUrl: 'https://auth.barndoor.ai/token',
        client_id: 'trueup',
        refresh_token: { secret: 'trueup/acme/seed' },
      },
    });
    const signIn = { refreshToken: new Secret('canary-of-token'), origin: 'before' };
    await world.deps.signIns.save('acme', signIn);
    const path = await declare([]);
    await run(['push', path, '--prune', '--dry-run']);
    expect((await world.deps.signIns.read('acme'))?.origin).toBe('before');
    await run(['push', path, '--prune']);
    expect(await world.deps.signIns.read('acme')).toBeUndefined();
    await world.deps.signIns.save('acme', signIn);
    await run(['push', path, '--prune']);
    expect((await world.deps.signIns.read('acme'))?.origin).toBe('before');
  });

  test('a generation does not go back to what the ledger has seen', async () => {
    world.barndoor.add({ id: a, name: 'A' });
    await world.declareConnection();
    await world.declare({ id: a, spec: { name: 'B' }, generation: 7 });
    await world.pass();
    await world.desired.remove(connection, `server#${a}`);
    await run(['push', await declare([server(a, { name: 'C' })])]);
    expect(await rows()).toMatchObject({ [`server#${a}`]: { generation: 8 } });
  });

  test('so does that of a server that Trueup created, which the ledger has by its id', async () => {
    await world.declareConnection({ policy: { mode: 'correct', manage: ['update', 'create'] } });
    const spec = { name: 'A', mcp_server_directory_id: '00000000-0000-4000-9000-000000000001' };
    const policy = { policy: { mode: 'correct', manage: ['update', 'create'] } };
    await world.desired.put(connection, 'new#crm', { spec, generation: 7 });
    await world.pass();
    await world.desired.remove(connection, 'new#crm');
    await run(['push', await declare([{ label: 'crm', spec: { ...spec, name: 'B' } }], policy)]);
    expect(await rows()).toMatchObject({ 'new#crm': { generation: 8 } });
    expect((await world.pass()).counts).toMatchObject({ updated: 1 });
  });

  test('a generation that is the largest, or none that counts, makes no row that is not valid', async () => {
    const most = Number.MAX_SAFE_INTEGER;
    await run(['push', await declare([server(a, { name: 'A' }), server(b, {}), server(c, {})])]);
    for (const [id, generation] of [
      [a, most],
      [b, 1.5],
      [c, 1e30],
    ] as const) {
      const { connection: _connection, ...row } = (await rows())[`server#${id}`] ?? {};
      await world.desired.put(connection, `server#${id}`, { ...row, generation });
    }
    const named = [a, b, c].map((id) => server(id, { name: `New ${id}` }));
    expect((await run(['push', await declare(named)])).code).toBe(0);
    expect(await rows()).toMatchObject({
      [`server#${a}`]: { generation: most },
      [`server#${b}`]: { generation: 1 },
      [`server#${c}`]: { generation: 1 },
    });
  });

  test('a server that another connection of the account has is refused by name', async () => {
    await run(['push', await declare([server(a, {})])]);
    const auth = { type: 'bearer', token: { secret: 'trueup/beta/token' } };
    const beta = { connection: 'beta', auth, baseUrl: `${world.barndoor.url}/` };
    const path = await declare([server(a.toUpperCase(), {}), server(b, {})], beta);
    const { code, stdout, stderr } = await run(['push', path]);
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
    expect(stderr.replaceAll(/\s+/g, ' ')).toContain(
      `beta/${a.toUpperCase()} is a server of acme too, of the same account at the gateway`,
    );
    expect(await world.deps.desired.rows('beta')).toEqual([]);
    expect((await run(['push', await declare([server(b, {})], beta)])).code).toBe(0);
  });

  test('so is one that Trueup created for another connection of the account', async () => {
    const policy = { policy: { mode: 'correct', manage: ['update', 'create'] } };
    const spec = { name: 'A', mcp_server_directory_id: '00000000-0000-4000-9000-000000000001' };
    const created = [{ label: 'crm', spec }];
    await run(['push', await declare(created, policy)]);
    await world.pass();
    const id = world.barndoor.servers[0]?.id ?? '';
    const auth = { type: 'bearer', token: { secret: 'trueup/beta/token' } };
    const beta = { connection: 'beta', auth, ...policy };
    const said = async (servers: readonly object[], more: object) => {
      const { code, stderr } = await run(['push', await declare(servers, more)]);
      return [code, stderr.replaceAll(/\s+/g, ' ')];
    };
    expect(await said([server(id, {})], beta)).toEqual([
      3,
      expect.stringContaining(`beta/${id} is a server of acme too`),
    ]);
    // A row with the same label is for a server of its own.
    expect(await said([{ label: 'crm', spec: { ...spec, name: 'B' } }], beta)).toEqual([
      0,
      expect.anything(),
    ]);
    await world.desired.put('beta', `server#${id}`, { spec: {} });
    expect(await said([{ label: 'crm', spec: { ...spec, name: 'C' } }], policy)).toEqual([
      3,
      expect.stringContaining(`acme/${id} is a server of beta too`),
    ]);
  });

  test('a row that another process wrote meanwhile is not overwritten', async () => {
    await run(['push', await declare([server(a, { name: 'A' })])]);
    const old = { spec: { name: 'A' }, generation: 1 };
    expect(await world.desired.replace(connection, `server#${a}`, { spec: {} }, 'absent')).toBe(
      false,
    );
    const theirs = { spec: { name: 'Theirs' }, generation: 2 };
    expect(await world.desired.replace(connection, `server#${a}`, theirs, old)).toBe(true);
    expect(await world.desired.replace(connection, `server#${a}`, { spec: {} }, old)).toBe(false);
    expect(await world.desired.removeSeen(connection, `server#${a}`, old)).toBe(false);
    expect(await world.desired.replace(connection, `server#${a}`, { spec: {} }, {})).toBe(false);
    await world.declare({ id: b, spec: {} });
    const bare = { spec: {} };
    expect(await world.desired.replace(connection, `server#${b}`, theirs, bare)).toBe(true);
    expect(await rows()).toMatchObject({ [`server#${a}`]: theirs, [`server#${b}`]: theirs });
  });

  test.each<[string, object]>([
    ['its content, without a generation', { spec: { name: 'Theirs' } }],
    ['its content, under the same generation', { spec: { name: 'Theirs' }, generation: 1 }],
    [
      'a leaf deep in it',
      { spec: { name: 'A', meta: { a: { b: [1, { c: null }] } } }, generation: 1 },
    ],
    ['the type of a value', { spec: { name: 'A', meta: { a: '1' } }, generation: 1 }],
    ['its label', { label: 'theirs', spec: { name: 'A', meta: { a: 1 } }, generation: 1 }],
    ['its policy', { spec: { name: 'A', meta: { a: 1 } }, policy: { mode: 'off' }, generation: 1 }],
    ['its generation', { spec: { name: 'A', meta: { a: 1 } }, generation: 2 }],
  ])('a row of which somebody changed %s between read and write is left', async (_what, theirs) => {
    await world.declareConnection();
    await world.declare({ id: a, spec: { name: 'A', meta: { a: 1 } }, generation: 1 });
    const item = `server#${a}`;
    const seen = (await rows())[item] ?? {};
    await world.desired.put(connection, item, { ...theirs });
    const ours = { spec: { name: 'Ours' }, generation: 2 };
    expect(await world.desired.replace(connection, item, ours, seen)).toBe(false);
    expect(await world.desired.removeSeen(connection, item, seen)).toBe(false);
    expect((await rows())[item]).toEqual(theirs);
    const now = (await rows())[item] ?? {};
    expect(await world.desired.replace(connection, item, ours, now)).toBe(true);
    expect((await rows())[item]).toEqual(ours);
  });

  test.each<[string, object, object]>([
    ['a row', { spec: { name: 'A' } }, { spec: { name: 'Theirs' } }],
    ['a row, into an empty one', { spec: { name: 'A' } }, { spec: {} }],
    [
      'a row of more values than a condition can have',
      { spec: { meta: { list: Array.from({ length: 500 }, (_, at) => `member ${at}`) } } },
      { spec: { meta: { list: Array.from({ length: 501 }, (_, at) => `member ${at}`) } } },
    ],
  ])(
    '%s that never had a generation and is rewritten without one is left',
    async (_what, before, theirs) => {
      const item = `server#${a}`;
      await world.desired.put(connection, item, { ...before });
      const seen = (await rows())[item] ?? {};
      await world.desired.put(connection, item, { ...theirs });
      expect(await world.desired.replace(connection, item, { spec: {} }, seen)).toBe(false);
      expect((await rows())[item]).toEqual(theirs);
      await world.desired.put(connection, item, { ...before });
      expect(await world.desired.replace(connection, item, { spec: {} }, seen)).toBe(true);
    },
  );

  test('a row with what JSON does not know, or attributes of any name, can be replaced', async () => {
    const item = `server#${a}`;
    await world.desired.put(connection, item, {
      'a name with spaces': 1,
      __proto__: null,
      binary: new Uint8Array([1, 2]),
      spec: { name: 'A', icon: new Uint8Array([3]) },
    });
    const seen = (await rows())[item] ?? {};
    await world.desired.put(connection, item, { spec: { name: 'Theirs' } });
    expect(await world.desired.replace(connection, item, { spec: {} }, seen)).toBe(false);
    const path = await declare([server(a, { name: 'Ours' })]);
    expect((await run(['push', path])).code).toBe(0);
    expect((await rows())[item]).toEqual({ spec: { name: 'Ours' }, generation: 1 });
  });

  test('two concurrent pushes: one reports the conflict', async () => {
    await run(['push', await declare([server(a, { name: 'A' })])]);
    const path = await declare([server(a, { name: 'B' })]);
    const both = await Promise.all([run(['push', path]), run(['push', path])]);
    expect((await rows())[`server#${a}`]).toMatchObject({ generation: 2 });
    for (const { code, stderr } of both) {
      expect([0, 1]).toContain(code);
      if (code === 1) expect(stderr).toContain('changed by another process');
    }
  });

  test('nothing is written if anything is wrong, and a secret is not repeated', async () => {
    const canary = 'canary-of-client-secret';
    const path = await declare([server(a, { name: 'A' }), server(b, { client_secret: canary })]);
    const { code, stdout, stderr } = await run(['push', path]);
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
    expect(stderr).toContain('/servers/1/spec/client_secret');
    expect(stderr).not.toContain(canary);
    expect(await rows()).toEqual({});
  });

  test('of a row that broke the rules no value is shown', async () => {
    const canary = 'canary-of-client-secret';
    await world.declareConnection();
    await world.declare({ id: a, spec: { client_secret: canary } });
    const { code, stdout } = await run(['push', await declare([server(a, { name: 'A' })])]);
    expect(code).toBe(0);
    expect(stdout).not.toContain(canary);
    expect(stdout).toContain('spec/name');
  });

  test('of the others every value is shown, before and after', async () => {
    const canary = 'canary-of-client-secret';
    await world.declareConnection();
    await world.declare(
      { id: a, spec: { client_secret: canary } },
      { id: b, label: 'second', spec: { name: 'B' } },
      { id: c, label: 'third', spec: { name: 'C' } },
    );
    const path = await declare([
      server(a, { name: 'A' }),
      server(b, { name: 'New B' }, { label: 'second' }),
    ]);
    const { stdout } = await run(['push', path, '--prune']);
    expect(stdout).not.toContain(canary);
    expect(stdout).toContain('~ acme/second\n    spec/name: "B" -> "New B"\n');
    expect(stdout).toContain('- acme/third');
  });

  test.each<[string, object, object]>([
    ['label', { name: 'A' }, { label: 'second' }],
    ['name', { name: ' b ' }, {}],
    ['slug', { name: 'A', slug: 'b' }, {}],
  ])(
    'a %s that a row has which stays is refused, and nothing is written',
    async (what, spec, more) => {
      await world.declareConnection();
      await world.declare({ id: b, label: 'second', spec: { name: 'B', slug: 'b' } });
      const before = await rows();
      const path = await declare([server(a, spec, more)]);
      const { code, stderr } = await run(['push', path]);
      expect(code).toBe(3);
      const name = what === 'label' ? 'second' : a;
      expect(stderr.replaceAll(/\s+/g, ' ')).toContain(
        `error: acme/${name} has the ${what} of acme/${b}, a row that the files do not declare`,
      );
      expect(await rows()).toEqual(before);
      expect((await run(['push', path, '--prune'])).code).toBe(0);
      // Taken over in one push, it is no conflict.
      await declare([server(b, spec, more), server(a, { name: 'Other' })]);
      expect((await run(['push', path])).code).toBe(0);
    },
  );

  test('what a table has twice already does not stand in the way of something else', async () => {
    await world.declareConnection();
    await world.declare(
      { id: a, spec: { name: 'Twice' } },
      { id: b, spec: { name: 'Twice' } },
      { id: c, spec: { name: 'C' } },
    );
    const path = await declare([server(a, { name: 'Twice' }), server(c, { name: 'New C' })]);
    expect((await run(['push', path])).code).toBe(0);
    expect(await rows()).toMatchObject({ [`server#${c}`]: { spec: { name: 'New C' } } });
    await declare([server(a, { name: 'Twice', slug: 'a' })]);
    expect((await run(['push', path])).code).toBe(3);
  });

  test('--file names what to push, as an operand does', async () => {
    const path = await declare([server(a, { name: 'A' })]);
    expect((await run(['push', '-f', path])).code).toBe(0);
    expect(await rows()).toHaveProperty(`server#${a}`);
    expect((await run(['push', path])).stderr).toContain('Nothing to push');
  });
});

describe('pull', () => {
  test('reports invalid rows without their values', async () => {
    const canary = 'canary-of-client-secret';
    await world.declareConnection();
    await world.declare(
      { id: a, spec: { name: 'A' } },
      { id: b, spec: { client_secret: canary } },
      { id: c, spec: { name: 'C' } },
    );
    const { code, stdout, stderr } = await run(['pull']);
    expect(code).toBe(1);
    expect(stdout).toContain(`# server "${b}" is not written:\n#   /servers/1/spec`);
    expect(stderr).toContain('--prune');
    expect(stdout + stderr).not.toContain(canary);
    await writeFile(join(folder, 'pulled.yaml'), stdout);
    expect((await run(['push', 'pulled.yaml'])).stderr).toContain('Nothing to push');
  });

  const text = fc.oneof(
    declarable(fc.string({ unit: 'grapheme', maxLength: 20 })),
    declarable(fc.string({ unit: 'binary', maxLength: 12 })),
    fc.constantFrom(
      '<<',
      'null',
      '~',
      '0x10',
      '1e3',
      '- a',
      'a: b',
      '#',
      '\n',
      ' a\n b ',
      "'",
      'y',
    ),
  );
  // What DynamoDB takes, and JSON tools keep.
  const storable = fc
    .double({ noNaN: true, min: -1e15, max: 1e15 })
    .filter((number) => Math.abs(number) > 1e-100 || number === 0);
  const value: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
    value: fc.oneof(
      { depthSize: 'small' },
      text,
      fc.integer(),
      fc.boolean(),
      fc.dictionary(text, tie('value'), { maxKeys: 3 }),
      fc.array(fc.oneof(text, storable), {
        maxLength: 3,
      }),
    ),
  })).value;
  const fleet = fc.array(
    fc.record(
      { name: text, meta: fc.dictionary(text, value, { maxKeys: 3 }) },
      { requiredKeys: [] },
    ),
    { maxLength: 4 },
  );

  test('push of what was pulled changes nothing, for random fleets', async () => {
    const ids = serverIds(4);
    await world.declareConnection();
    await fc.assert(
      fc.asyncProperty(fleet, async (specs) => {
        await Promise.all(ids.map((id) => world.desired.remove(connection, `server#${id}`)));
        await world.declare(
          ...specs.map((spec, index) => ({ id: ids[index] ?? '', spec, generation: index + 1 })),
        );
        const before = await rows();
        for (const [name, more] of [
          ['pulled.yaml', []],
          ['pulled.json', ['--output', 'json']],
        ] as const) {
          const { stdout } = await run(['pull', ...more]);
          expect(stdout).not.toMatch(/[^\P{Cc}\n]/u);
          await writeFile(join(folder, name), stdout);
          expect(await run(['push', name])).toMatchObject({
            code: 0,
            stdout: '',
            stderr: 'Nothing to push: the table has the same declarations.\n',
          });
        }
        expect(await rows()).toEqual(before);
      }),
      { numRuns: atScale(12, 200) },
    );
  });
});
