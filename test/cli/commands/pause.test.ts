import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { connection, serverIds, startWorld } from '../../support/world.ts';
import type { TestWorld } from '../../support/world.ts';
import { onTables } from '../run.ts';
import type { Ran, RunOptions } from '../run.ts';

const [a = '', b = ''] = serverIds(2);

let world: TestWorld;
let run: (argv: readonly string[], more?: RunOptions) => Promise<Ran>;

beforeEach(async () => {
  world = await startWorld({
    servers: [
      { id: a, name: 'Old A' },
      { id: b, name: 'Old B' },
    ],
  });
  run = onTables(world, world.clock).run;
  await world.declareConnection();
  await world.declare(
    { id: a, label: 'first', spec: { name: 'New A' } },
    { id: b, label: 'second', spec: { name: 'New B' } },
  );
});

afterEach(() => world.close());

describe('pause and resume', () => {
  test('a server: shown, left alone, and sent once it is resumed', async () => {
    const paused = await run(['pause', 'acme/second', '--reason', 'a\u001B[2Jtalk']);
    expect(paused).toMatchObject({ code: 0, stdout: '' });
    expect(paused.stderr).toMatch(
      /^Paused acme\/second;\n {4}`trueup resume acme\/second --desired-table Desired --ledger-table Ledger`\n {4}ends it\.\nA running pass starts no update of it after \d\d:\d\d:\d\d UTC\.\n$/,
    );
    expect((await world.pass()).counts).toMatchObject({ paused: 1, updated: 1 });
    const { stdout } = await run(['status', connection]);
    expect(stdout).toContain('atalk');
    expect(stdout.match(/paused since/g)).toHaveLength(1);
    expect((await run(['status'])).stdout.replaceAll(/\s+/g, ' ')).toMatch(
      / second paused since [\d-]+ [\d:]+ UTC by assumed-role\/operator\/local \(atalk\) /,
    );
    expect(world.barndoor.find(b).name).toBe('Old B');
    expect((await run(['resume', 'acme/second'])).stderr).toBe('Resumed acme/second.\n');
    expect((await world.pass()).counts).toMatchObject({ paused: 0, updated: 1 });
  });

  test('a pause holds, and is ended, whatever the case of the UUID in the row and in the command', async () => {
    const id = 'abcdef00-0000-4000-8000-000000000001';
    world.barndoor.add({ id, name: 'Old C' });
    await world.declare({ id, spec: { name: 'New C' } });
    expect((await run(['pause', `acme/${id}`])).code).toBe(0);
    await world.desired.remove(connection, `server#${id}`);
    await world.declare({ id: id.toUpperCase(), spec: { name: 'New C' } });
    const { stdout } = await run(['plan', connection]);
    expect(stdout).toContain('1 paused');
    expect((await world.pass()).counts).toMatchObject({ paused: 1 });
    expect((await run(['status', connection])).stdout).toContain('1 paused');
    const resumed = await run(['resume', `acme/${id.toUpperCase()}`]);
    expect(resumed.stderr).toBe(`Resumed acme/${id.toUpperCase()}.\n`);
    expect((await world.pass()).counts).toMatchObject({ paused: 0, updated: 1 });
  });

  test('a server without an id: the pause holds once it has one, and is ended by each of its names', async () => {
    const spec = {
      name: 'CRM',
      mcp_server_directory_id: '00000000-0000-4000-9000-000000000001',
    };
    await world.declareConnection({ policy: { mode: 'correct', manage: ['update', 'create'] } });
    await world.desired.put(connection, 'new#crm', { spec });
    expect((await run(['pause', 'acme/crm'])).code).toBe(0);
    const [pause] = await world.deps.ledger.pauses(connection);
    expect(pause).toMatchObject({ id: 'new#crm' });
    await run(['resume', 'acme/new#crm']);
    expect((await world.pass()).counts).toMatchObject({ created: 1, paused: 0 });
    for (const name of ['acme/crm', 'acme/new#crm']) {
      // As a command that read the label before the server had an id.
      // oxlint-disable-next-line no-await-in-loop
      await world.deps.ledger.pause(connection, { id: 'new#crm', at: pause?.at ?? '' });
      // oxlint-disable-next-line no-await-in-loop
      expect((await run(['status', connection])).stdout).toContain('1 paused');
      // oxlint-disable-next-line no-await-in-loop
      expect((await run(['resume', name])).stderr).toBe(`Resumed ${name}.\n`);
    }
    expect((await world.pass()).counts.paused).toBe(0);
  });

  test('a pause that is over is not shown as one, and an empty reason is none', async () => {
    await run(['pause', connection, '--reason', ' ']);
    await world.pass();
    const paused = await run(['status', connection]);
    expect(paused.stdout).toMatch(
      / {4}paused since [\d-]+ [\d:]+ UTC by assumed-role\/operator\/local\n/,
    );
    expect(paused.stdout).not.toContain('()');
    await run(['resume', connection]);
    const { stdout } = await run(['status', connection]);
    expect(stdout).toContain('its pause has ended, and no pass has run since');
    expect(stdout).not.toMatch(/ {4}paused since/);
    await world.pass();
    expect((await run(['status', connection])).stdout).not.toContain('pause');
  });

  test('a name that a shell would take apart is quoted in what ends the pause', async () => {
    await world.declare({ id: a, label: 'Sales $(id)', spec: { name: 'New A' } });
    const { stderr } = await run(['pause', 'acme/Sales $(id)']);
    expect(stderr).toContain("`trueup resume 'acme/Sales $(id)' --desired-table");
  });

  test('a label that two servers have names neither', async () => {
    await world.declare({ id: b, label: 'first', spec: { name: 'New B' } });
    const { code, stderr } = await run(['pause', 'acme/first']);
    expect(code).toBe(3);
    expect(stderr.replaceAll(/\s+/g, ' ')).toContain(`2 servers are called 'first': ${a}, ${b}`);
    expect((await world.deps.ledger.read(connection)).pauses).toEqual([]);
    expect((await run(['pause', `acme/${a}`])).code).toBe(0);
  });

  test('a connection, until a time', async () => {
    const { code, stderr } = await run(['pause', connection, '--until', '2h']);
    expect(code).toBe(0);
    expect(stderr).toMatch(/^Paused acme until \d{4}-\d\d-\d\d \d\d:\d\d UTC;\n/);
    expect((await world.pass()).counts.paused).toBe(2);
    world.clock.advance(2 * 3_600_000 + 1000);
    expect((await world.pass()).counts.updated).toBe(2);
  });

  test('resume says what else is paused, and what was not', async () => {
    await run(['pause', connection]);
    await run(['pause', `${connection}/${a}`]);
    const server = await run(['resume', `${connection}/second`]);
    expect(server.stderr).toContain('was not paused');
    expect(server.stderr).toContain('Its connection is still paused');
    const whole = await run(['resume', connection]);
    expect(whole.stderr).toContain('Resumed acme.\n1 of its servers');
  });

  test('what is no longer declared can be resumed', async () => {
    await run(['pause', `${connection}/${a}`]);
    await world.desired.remove(connection, `server#${a}`);
    expect((await run(['resume', `${connection}/${a}`])).stderr).toBe(`Resumed acme/${a}.\n`);
    expect((await world.deps.ledger.read(connection)).pauses).toEqual([]);
  });

  test.each([
    [['pause', 'acme/nobody'], 'declares no server'],
    [['pause', 'acmee'], 'did you mean acme?'],
    [['pause', 'acme/'], 'CONNECTION/SERVER'],
    [['pause', 'acme', '--until', '2020-01-01'], 'in the past'],
    [['pause', 'acme', '--until', 'soon'], 'duration'],
    [['resume', 'nobody'], 'declares no connection'],
  ])('%j exits with 3', async (argv, said) => {
    const { code, stdout, stderr } = await run(argv);
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
    expect(stderr).toContain(said);
    expect((await world.deps.ledger.read(connection)).pauses).toEqual([]);
  });
});
