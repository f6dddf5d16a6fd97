import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { connection, serverIds, startWorld } from '../../support/world.ts';
import type { TestWorld } from '../../support/world.ts';
import { onTables } from '../run.ts';
import type { Ran, RunOptions } from '../run.ts';

const [a = '', b = ''] = serverIds(2);

interface Kind {
  readonly kind: string;
}

let world: TestWorld;
let run: (argv: readonly string[], more?: RunOptions) => Promise<Ran>;

/** With the credentials of another person. */
function as(accessKeyId: string): RunOptions {
  const { wiring } = onTables(world, world.clock).options;
  const sts = { ...world.endpoints.sts, credentials: { accessKeyId, secretAccessKey: 'local' } };
  return { wiring: { ...wiring, endpoints: { ...world.endpoints, sts } } };
}

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

describe('history', () => {
  test('before any change there is none', async () => {
    expect(await run(['history'])).toEqual({ code: 0, stdout: 'No records.\n', stderr: '' });
  });

  test('newest first, with before, after, cause and pass', async () => {
    await world.pass();
    world.clock.advance(60_000);
    world.barndoor.edit(b, { name: 'Drift \u001B[31m' });
    const { pass } = await world.pass();
    const { code, stdout, stderr } = await run(['history']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^~ acme\/second\n {4}.* UTC, by schedule, pass /);
    expect(stdout).toContain(pass);
    expect(stdout).toContain(String.raw`name: "Drift \u001b[31m" -> "New B"  # drift`);
    expect(stdout).toContain('~ acme/first');
    expect(stdout).not.toContain('\u001B');
    const recent = await run(['history', '--since', '30s']);
    expect(recent.stdout).not.toContain('first');
  });

  test.each(['first', a, `acme/first`, `acme/${a}`])('of one server, named %s', async (name) => {
    await world.pass();
    const { stdout } = await run(['history', name, '--output', 'json']);
    const { records } = JSON.parse(stdout) as { records: object[] };
    expect(records).toMatchObject([
      {
        kind: 'change',
        connection,
        server: a,
        label: 'first',
        trigger: 'schedule',
        fields: [{ cause: 'adopt' }],
      },
    ]);
  });

  test('of a connection, by its name', async () => {
    await world.pass();
    const { stdout } = await run(['history', connection]);
    expect(stdout).toMatch(/^~ acme\/second$/m);
    expect(stdout).toMatch(/^~ acme\/first$/m);
  });

  test.each(['frist', 'acme/frist', 'acne'])('of nothing, as %s says', async (name) => {
    await world.pass();
    const { code, stdout, stderr } = await run(['history', name]);
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
    expect(stderr).toContain(`error: no declared connection or server is called '${name}'`);
  });

  test('of a server that is gone: found by its name, and not unknown since it was changed long ago', async () => {
    await world.pass();
    await world.desired.remove(connection, `server#${a}`);
    expect((await run(['history', 'first'])).stdout).toContain('~ acme/first');
    world.clock.advance(3_600_000);
    const { code, stdout } = await run(['history', 'first', '--since', '1m']);
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'No records.\n' });
  });

  test('of what is declared and was never changed, by label and by id', async () => {
    for (const name of ['first', a, 'acme/first', connection]) {
      // oxlint-disable-next-line no-await-in-loop
      expect(await run(['history', name])).toEqual({
        code: 0,
        stdout: 'No records.\n',
        stderr: '',
      });
    }
  });

  test('a secret is a version, never a value', async () => {
    const canary = 'canary-of-client-secret';
    await world.secrets.write(`trueup/${connection}/a`, canary);
    await world.declare({ id: a, spec: { client_secret: { secret: `trueup/${connection}/a` } } });
    await world.pass();
    expect(world.barndoor.find(a).client_secret).toBe(canary);
    const told = [await run(['history']), await run(['history', '--output', 'json'])];
    expect(JSON.stringify(told)).toContain('trueup/acme/a');
    expect(JSON.stringify(told)).not.toContain(canary);
  });

  test('of a connection that is no longer declared', async () => {
    await world.pass();
    for (const item of ['connection', `server#${a}`, `server#${b}`]) {
      // oxlint-disable-next-line no-await-in-loop
      await world.desired.remove(connection, item);
    }
    const all = await run(['history']);
    expect(all.stdout).toBe('No records.\n');
    expect(all.stderr).toContain('declares no connection');
    expect((await run(['history', '--connection', connection])).stdout).toContain('acme/first');
    expect((await run(['history', '--connection', 'No!'])).code).toBe(3);
  });

  test('says who did what, newest first, on one line each and its own below', async () => {
    const minute = () => world.clock.advance(60_000);
    await run(['pause', 'acme/second', '--reason', 'a\u001B[2Jtalk', '--until', '2h'], as('kim'));
    minute();
    await run(['resume', 'acme/second'], as('kim'));
    minute();
    await run(['pause', connection], as('kim'));
    minute();
    await run(['resume', connection], as('lee'));
    minute();
    expect((await run(['apply', 'acme', '--yes'], as('kim'))).code).toBe(0);
    minute();
    expect((await run(['retry', 'acme/first'], as('kim'))).code).toBe(0);
    const { stdout } = await run(['history']);
    const kim = 'assumed-role/operator/kim';
    const untimed = stdout
      .replaceAll(/\d{4}-\d\d-\d\d \d\d:\d\d UTC/g, 'TIME')
      .replaceAll(/\s+pass\s+\d{8}T\S+/g, ' pass PASS')
      .split('\n\n');
    expect(untimed).toHaveLength(7);
    const [retried, second, first, ...others] = untimed;
    expect(retried).toBe(`* acme/first: retried\n    TIME, by ${kim}`);
    for (const one of [first, second]) expect(one).toContain(`TIME, by ${kim} (apply), pass PASS`);
    expect(others.join('\n')).toBe(`* acme: resumed
    TIME, by assumed-role/operator/lee
* acme: paused
    TIME, by ${kim}
* acme/second: resumed
    TIME, by ${kim}
* acme/second: paused until TIME (atalk)
    TIME, by ${kim}
`);
    for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80);

    const kinds = async (...argv: readonly string[]) => {
      const json = await run(['history', ...argv, '--output', 'json']);
      const { records, more } = JSON.parse(json.stdout) as { records: Kind[]; more: boolean };
      return [...records.map(({ kind }) => kind), ...(more ? ['more'] : [])];
    };
    expect(await kinds('--by', 'LEE')).toEqual(['resume']);
    expect(await kinds('second')).toEqual(['change', 'resume', 'pause']);
    expect(await kinds('acme/first')).toEqual(['retry', 'change']);
    expect(await kinds('second', '--by', 'kim', '--limit', '2')).toEqual([
      'change',
      'resume',
      'more',
    ]);
    expect(await kinds('--since', '90s')).toEqual(['retry', 'change', 'change']);
    const { records } = JSON.parse((await run(['history', '--output', 'json'])).stdout) as {
      records: (Kind & { pass?: string })[];
    };
    const pass = records.find(({ kind }) => kind === 'change')?.pass ?? '';
    expect(await kinds('--pass', pass)).toEqual(['change', 'change']);
    expect(await kinds('--pass', pass.slice(0, 18), '--limit', '1')).toEqual(['change', 'more']);
    expect(await kinds('--pass', 'other')).toEqual([]);
    const cut = await run(['history', '--limit', '1']);
    expect(cut.stderr).toContain('There are older records: pass --limit 10, or --since TIME');
  });

  test('an approval is recorded with its caller, and a change with the approval that permitted it', async () => {
    const ids = serverIds(12);
    for (const id of ids.slice(2)) world.barndoor.add({ id, name: `Old ${id}` });
    await world.declare(...ids.map((id) => ({ id, spec: { name: `New ${id}` } })));
    const { held = '' } = await world.pass();
    const approved = await run(['approve', connection, held, '--yes']);
    expect(approved.code).toBe(0);
    expect((await world.pass()).counts.updated).toBe(12);
    const [change, ...older] = (await world.deps.ledger.history(connection)).slice(11);
    expect(change).toMatchObject({ kind: 'change', approval: held, trigger: 'schedule' });
    expect(older).toMatchObject([
      {
        kind: 'approve',
        digest: held,
        changes: 12,
        by: 'arn:aws:sts::123456789012:assumed-role/operator/local',
      },
    ]);
    const { stdout } = await run(['history', '--limit', '13']);
    expect(stdout).toContain(`    approved as ${held.slice(0, 12)}\n`);
    expect(stdout).toContain(`* acme: approved ${held.slice(0, 12)}, 12 changes\n`);
  });

  test('of a change in an unattended pass: who pushed its declaration, or unknown', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'trueup-test-'));
    try {
      await run(['pull', connection]).then(({ stdout }) =>
        writeFile(join(folder, 'trueup.yaml'), stdout.replace('New A', 'Pushed A')),
      );
      const pushed = await run(['push', join(folder, 'trueup.yaml')], as('kim'));
      expect(pushed.code).toBe(0);
      await world.pass();
      const { stdout } = await run(['history']);
      const kim = 'assumed-role/operator/kim';
      expect(stdout).toMatch(
        new RegExp(`~ acme/first\\n.*\\n {4}declared by ${kim} \\(push, .* UTC\\)`),
      );
      expect(stdout).toMatch(/~ acme\/second\n.*\n {4}declared by unknown\n/);
      expect(stdout).toMatch(/^\* acme: pushed, 0 added, 1 changed, 0 removed\n.*\n {4}~ first$/m);
      const ofOne = await run(['history', 'second']);
      expect(ofOne.stdout).not.toContain('pushed');
      world.clock.advance(60_000);
      world.barndoor.edit(a, { name: 'Drift' });
      await world.pass();
      const drift = await run(['history', 'first', '--limit', '1']);
      expect(drift.stdout).toContain('# drift');
      expect(drift.stdout).not.toContain('declared by');
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  test.each([
    [['history', '--limit', '0'], '--limit must be a number from 1'],
    [['history', '--limit', 'many'], '--limit must be a number from 1'],
  ])('%j exits with 3', async (argv, said) => {
    const { code, stderr } = await run(argv);
    expect(code).toBe(3);
    expect(stderr).toContain(said);
  });
});
