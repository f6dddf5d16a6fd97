import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ContextForgeServerInit } from '../../../../lib/local/gateways/contextforge/gateway.ts';
import { declarable } from '../../../plan/support/arbitraries.ts';
import { alloyConnection, connection, serverIds, startWorld } from '../../../support/world.ts';
import type { TestWorld } from '../../../support/world.ts';
import { onTables } from '../../run.ts';
import type { Ran, RunOptions } from '../../run.ts';

const ids = serverIds(4);
const [a = '', b = '', c = ''] = ids;

let world: TestWorld;
let folder: string;
let run: (argv: readonly string[], more?: RunOptions) => Promise<Ran>;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'trueup-import-'));
  world = await startWorld();
  const tables = onTables(world, world.clock);
  run = (argv, more = {}) => {
    // Each run is a process of its own: what the one before it took of the budget is back.
    world.clock.advance(120_000);
    return tables.run(argv, { cwd: folder, ...more });
  };
});

afterEach(async () => {
  await world.close();
  await rm(folder, { recursive: true, force: true });
});

async function importAndPush(name: string): Promise<Ran> {
  const imported = await run(['import', name]);
  await writeFile(join(folder, 'imported.yaml'), imported.stdout);
  const pushed = await run(['push', 'imported.yaml']);
  expect({ code: pushed.code, stderr: pushed.stderr }).toMatchObject({ code: 0 });
  return imported;
}

describe('import', () => {
  test('declares what can be read; what cannot is a comment', async () => {
    world.barndoor.add({ id: a, name: 'Sales', slug: 'sales', client_secret: 'canary-secret' });
    await world.declareConnection();
    const { code, stdout } = await importAndPush(connection);
    expect(code).toBe(0);
    expect(stdout).toContain('label: sales');
    expect(stdout).toContain('# client_secret: cannot be read');
    expect(stdout).not.toContain('canary');
    const plan = await run(['plan', '--detailed-exitcode']);
    expect(plan).toMatchObject({ code: 0, stderr: '' });
  });

  test('keeps a server that Trueup created declared by its label', async () => {
    const policy = { mode: 'correct', manage: ['update', 'create', 'delete'] };
    await world.declareConnection({ policy });
    const entry = '00000000-0000-4000-9000-000000000001';
    const spec = { name: 'CRM', slug: 'crm', mcp_server_directory_id: entry };
    await world.desired.put(connection, 'new#mine', { spec, state: 'present' });
    await world.pass();
    const id = world.barndoor.servers[0]?.id ?? '';
    world.barndoor.edit(id, { slug: 'other' });
    world.barndoor.add({ id: a, name: 'Theirs', slug: 'theirs' });
    const { stdout } = await run(['import', connection, '--output', 'json']);
    expect((JSON.parse(stdout) as { servers: object[] }).servers).toEqual([
      { label: 'mine', state: 'present', spec: { ...spec, slug: 'other' } },
      { id: a, label: 'theirs', spec: { name: 'Theirs', slug: 'theirs' } },
    ]);
    await importAndPush(connection);
    expect((await world.pass()).counts).toMatchObject({ inSync: 2, invalid: 0 });
    await world.desired.remove(connection, 'new#mine');
    const released = await run(['import', `${connection}/${id}`, '--output', 'json']);
    expect(JSON.parse(released.stdout)).toMatchObject({ servers: [{ id, label: 'other' }] });
  });

  test('keeps of declared servers what cannot be read, their label and their policy', async () => {
    world.barndoor.add({ id: a, name: 'Live', slug: 'live', meta: { team: 'x', cost: 1 } });
    const secret = { secret: `trueup/${connection}/a` };
    await world.declareConnection();
    await world.declare({
      id: a,
      label: 'mine',
      spec: { name: 'Old', client_secret: secret, meta: { team: 'sales' } },
      policy: { ignore: ['/meta/cost'] },
    });
    const { stdout } = await run(['import', connection, '--output', 'json']);
    expect(JSON.parse(stdout)).toMatchObject({
      connection,
      servers: [
        {
          id: a,
          label: 'mine',
          // No answer of this surface has `meta`.
          spec: { name: 'Live', client_secret: secret, meta: { team: 'sales' } },
          policy: { ignore: ['/meta/cost'] },
        },
      ],
    });
    expect(stdout).not.toContain('"cost"');
  });

  test('servers that are named, and --match, choose', async () => {
    for (const [id, name] of [
      [a, 'Sales EU'],
      [b, 'Sales US'],
      [c, 'Support'],
    ] as const) {
      world.barndoor.add({ id, name });
    }
    await world.declareConnection();
    const chosen = async (...argv: string[]) => {
      const { stdout } = await run(['import', ...argv, '-o', 'json']);
      return (JSON.parse(stdout) as { servers?: { id: string }[] }).servers?.map(({ id }) => id);
    };
    expect(await chosen(`${connection}/Support`, `${connection}/${a}`)).toEqual([a, c]);
    expect(await chosen(connection, '--match', 'sales*')).toEqual([a, b]);
    const none = await run(['import', connection, '--match', '*.*']);
    expect(none).toMatchObject({ code: 3, stdout: '' });
    expect(none.stderr).toContain('none of 3 live servers matches');
    expect((await run(['import', `${connection}/nobody`])).code).toBe(3);
    expect((await run(['import', connection, 'other'])).code).toBe(3);
    expect((await run(['import', 'acmee'])).stderr).toContain('did you mean acme?');
  });

  test('at LiteLLM, a credential within an object is a comment, and what no PUT changes is left out', async () => {
    world.litellm.add({
      server_id: 'jira',
      server_name: 'Jira',
      auth_type: 'oauth2',
      credentials: { client_secret: 'canary', scopes: ['read'] },
      static_headers: { Authorization: 'canary' },
    });
    world.litellm.add({ server_id: 'own', server_name: 'Own', is_config: true });
    await world.declareConnection({ provider: 'litellm', baseUrl: world.litellm.url });
    const { stdout } = await importAndPush(connection);
    expect(stdout).toContain(
      [
        '      # The credential cannot be read, and stays as it is. To send it, declare:',
        '      # auth_type: "oauth2"',
        '      # credentials:',
        '      #   client_id: ...',
        `      #   client_secret: { secret: trueup/${connection}/jira }`,
        '      #   scopes: ["read"]',
      ].join('\n'),
    );
    expect(stdout).toContain(
      '# server "own" is not declared: it is declared in the gateway\'s own configuration',
    );
    expect(stdout).not.toMatch(/canary|allowed_tools|id: own/);
    expect(await run(['plan', '--detailed-exitcode'])).toMatchObject({ code: 0, stderr: '' });
  });

  describe('at ContextForge', () => {
    const atGateway = async (init: Omit<ContextForgeServerInit, 'id' | 'name'>) => {
      for (const { id } of world.contextforge.servers.slice()) world.contextforge.remove(id);
      world.contextforge.add({ id: a, name: 'Tickets', ...init });
      await world.declareConnection({ provider: 'contextforge', baseUrl: world.contextforge.url });
      const { stdout } = await importAndPush(connection);
      const plan = await run(['plan', '--detailed-exitcode']);
      expect(plan).toMatchObject({ code: 0, stderr: '' });
      return stdout;
    };

    test('a stored credential is a comment, whose lines declare it as it is', async () => {
      const credential = { username: 'u #1', password: 'canary' };
      const stdout = await atGateway({ authType: 'basic', credential });
      expect(stdout).toContain(
        [
          '      # The credential cannot be read, and stays as it is. To send it, declare:',
          '      # authType: "basic"',
          '      # authUsername: "u #1"',
          `      # authPassword: { secret: trueup/${connection}/tickets }`,
          '',
        ].join('\n'),
      );
      expect(stdout).not.toMatch(/^ *auth(?!:)|authToken|canary/m);
      await world.secrets.write(`trueup/${connection}/tickets`, 'canary');
      await writeFile(join(folder, 'declared.yaml'), stdout.replaceAll('# auth', 'auth'));
      await run(['push', 'declared.yaml']);
      await world.pass();
      expect(world.contextforge.find(a)).toMatchObject({ authType: 'basic', credential });
    });

    test('where none is stored, the type says so, and no comment asks for one', async () => {
      const stdout = await atGateway({});
      expect(stdout).toContain('authType: none');
      expect(stdout).not.toContain('#');
    });

    test('a credential that cannot be declared is left as it is', async () => {
      const credential = { headers: { 'X-Key': 'canary' } };
      const stdout = await atGateway({ authType: 'authheaders', credential });
      expect(stdout).toContain('# authType: left out');
      expect(stdout).not.toMatch(/authToken|authPassword/);
    });

    test('a credential that was erased is left as it is', async () => {
      const stdout = await atGateway({ authType: 'bearer' });
      expect(stdout).toContain(
        '# authType: left out; with it the declaration would not be valid: is declared without authToken',
      );
    });

    test('a declared credential stays declared', async () => {
      world.contextforge.add({
        id: a,
        name: 'Old',
        authType: 'bearer',
        credential: { token: 't' },
      });
      await world.declareConnection({ provider: 'contextforge', baseUrl: world.contextforge.url });
      const authToken = { secret: `trueup/${connection}/mine`, key: 'token' };
      await world.declare({ id: a, spec: { name: 'New', authType: 'bearer', authToken } });
      const { stdout } = await run(['import', connection, '--output', 'json']);
      expect(JSON.parse(stdout)).toMatchObject({
        servers: [{ id: a, spec: { name: 'Old', authType: 'bearer', authToken } }],
      });
    });
  });

  const text = fc.oneof(
    declarable(fc.string({ unit: 'grapheme', maxLength: 12 })),
    fc.constantFrom('null', '\u001B[2J', 'a: b', '# x', '  '),
  );
  const leaf = fc.oneof(text, fc.integer(), fc.boolean(), fc.constant(null), fc.array(text));

  test('afterwards the plan is empty, for random fleets at Barndoor', async () => {
    await world.declareConnection();
    const fleet = fc.array(
      fc.record({ name: text, meta: fc.dictionary(text, leaf, { maxKeys: 3 }) }),
      { maxLength: 4 },
    );
    await fc.assert(
      fc.asyncProperty(fleet, async (servers) => {
        for (const { id } of world.barndoor.servers.slice()) world.barndoor.remove(id);
        for (const id of ids) {
          // oxlint-disable-next-line no-await-in-loop
          await world.desired.remove(connection, `server#${id}`);
        }
        for (const [index, server] of servers.entries()) {
          world.barndoor.add({ id: ids[index] ?? '', ...server });
        }
        const { stdout } = await importAndPush(connection);
        expect(stdout).not.toMatch(/[^\P{Cc}\n]/u);
        const plan = await run(['plan', '--detailed-exitcode']);
        expect(plan).toMatchObject({ code: 0, stderr: '' });
        expect(await world.deps.desired.countServers(connection)).toBe(servers.length);
      }),
      { numRuns: 6 },
    );
  });

  test('afterwards the plan is empty, for random access rules at Alloy', async () => {
    await world.declareAlloyConnection();
    const list = fc.array(fc.constantFrom('x', 'y', 'z'), { maxLength: 3 });
    const mode = fc.constantFrom('allowlist', 'blocklist');
    const section = fc.record({ mode, allowedIds: list, blockedIds: list }, { requiredKeys: [] });
    const restrictions = fc.record({ connectors: section, users: section }, { requiredKeys: [] });
    await fc.assert(
      fc.asyncProperty(text, restrictions, async (description, rules) => {
        for (const { serverId } of world.alloy.servers.slice()) world.alloy.remove(serverId);
        await world.desired.remove(alloyConnection, `server#${a}`);
        world.alloy.add({ serverId: a, name: 'A', description, restrictions: rules });
        await importAndPush(alloyConnection);
        const plan = await run(['plan', alloyConnection, '--detailed-exitcode']);
        expect(plan).toMatchObject({ code: 0, stderr: '' });
      }),
      { numRuns: 6 },
    );
  });
});
