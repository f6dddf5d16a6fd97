import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { acquireAs } from '../../support/lease-events.ts';
import { bearer, connection, serverIds, startWorld } from '../../support/world.ts';
import type { TestWorld } from '../../support/world.ts';
import { onTables, trueup } from '../run.ts';
import type { Ran, RunOptions } from '../run.ts';

const [a = '', b = '', c = ''] = serverIds(3);
const escape = '\u001B';

let world: TestWorld;
let folder: string;
let options: RunOptions;
let run: (argv: readonly string[], more?: RunOptions) => Promise<Ran>;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'trueup-cli-'));
  world = await startWorld({
    servers: [
      { id: a, name: 'A' },
      { id: b, name: 'Old name' },
      { id: c, name: 'C' },
    ],
  });
  const tables = onTables(world, world.clock);
  options = { ...tables.options, cwd: folder };
  run = (argv, more = {}) => tables.run(argv, { cwd: folder, ...more });
  await world.declareConnection({ policy: { mode: 'report' } });
  await world.declare(
    { id: a, label: 'first', spec: { name: 'A' } },
    { id: b, label: 'second', spec: { name: 'New name' } },
  );
});

afterEach(async () => {
  await world.close();
  await rm(folder, { recursive: true, force: true });
});

describe('plan', () => {
  test('shows what would change, on standard output only, and changes nothing', async () => {
    const { code, stdout, stderr } = await run(['plan']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('~ acme/second  (mode report, not sent: adopt)');
    expect(stdout).toContain('name: "Old name" -> "New name"');
    expect(stdout).not.toContain(escape);
    expect(world.barndoor.counts.put).toBe(0);
  });

  test('exits with 2 if something would change, with --detailed-exitcode', async () => {
    expect((await run(['plan', '--detailed-exitcode'])).code).toBe(2);
    expect((await run(['plan', '--detailed-exitcode', 'acme/first'])).code).toBe(0);
  });

  test.each([
    [
      'json',
      (text: string) =>
        expect(JSON.parse(text)).toMatchObject({ version: 1, plans: [{ connection }] }),
    ],
    ['markdown', (text: string) => expect(text).toContain('+     name: "New name"')],
  ])('as %s', async (form, check) => {
    const { code, stdout } = await run(['plan', connection, '--output', form]);
    expect(code).toBe(0);
    check(stdout);
  });

  test('colours on a terminal, not where NO_COLOR is set', async () => {
    expect((await run(['plan'], { terminal: true })).stdout).toContain(escape);
    const { environment } = onTables(world).options;
    const plain = await run(['plan'], {
      terminal: true,
      environment: { ...environment, NO_COLOR: '1' },
    });
    expect(plain.stdout).not.toContain(escape);
    const forced = await run(['plan'], { environment: { ...environment, FORCE_COLOR: '1' } });
    expect(forced.stdout).toContain(escape);
  });

  test('reads at once while another process owns the lease, which stays as it is', async () => {
    const expiresAt = world.clock.now() + 60_000;
    const owned = await acquireAs('Kim', world.deps.lease, connection, { expiresAt });
    expect((await run(['plan'])).code).toBe(0);
    expect(await world.deps.lease.read(connection)).toEqual(owned);
  });

  test.each([
    [['plan', 'acmee'], "declares no connection 'acmee'", 'did you mean acme?'],
    [['plan', 'acme/nobody'], "acme declares no server 'nobody'", 'trueup status acme'],
    [['plan', 'acme/frist'], "acme declares no server 'frist'", 'did you mean acme/first?'],
    [['plan', 'first'], "declares no connection 'first'", 'did you mean acme/first?'],
    [['plan', '/first'], "declares no connection ''", 'name one of these: acme'],
    [['plan', 'acme/'], "'acme/' names no server", 'CONNECTION/SERVER'],
    [['plan', 'trueup.yaml'], "declares no connection 'trueup.yaml'", 'with --file'],
    [['status', 'declarations/'], "declares no connection 'declarations'", 'with --file'],
    [['apply', './plan.json'], "declares no connection '.'", 'with --plan'],
    [['pull', 'acme/first'], "'acme/first' names a server", 'name acme'],
  ])('%j exits with 3 and tells the next step', async (argv, problem, next) => {
    const { code, stdout, stderr } = await run(argv);
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
    expect(stderr).toContain(problem);
    expect(stderr).toContain(`next: `);
    expect(stderr).toContain(next);
  });

  test('a vendor that cannot be read is an error, with its next step', async () => {
    await world.secrets.write(`trueup/${connection}/token`, 'another');
    const { code, stderr } = await run(['plan']);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^error: /);
    expect(stderr).toContain('next: ');
  });
});

describe('apply', () => {
  test('asks, and sends what was shown, also in mode report', async () => {
    const { code, stdout, stderr } = await run(['apply'], { answer: 'yes' });
    expect(stderr).toBe('acme/second: updated\n');
    expect(code).toBe(0);
    expect(stdout).toContain('1 updated, 1 in sync');
    expect(world.barndoor.find(b).name).toBe('New name');
    expect((await run(['plan', '--detailed-exitcode'])).code).toBe(0);
  });

  test.each(['no', 'y', ''])('sends nothing after %j', async (answer) => {
    const { code, stderr } = await run(['apply'], { answer });
    expect(code).toBe(1);
    expect(stderr).toContain('Nothing was sent.');
    expect(world.barndoor.counts.put).toBe(0);
  });

  test('without a terminal it is refused, unless --yes', async () => {
    const refused = await run(['apply']);
    expect(refused.code).toBe(3);
    expect(refused.stderr).toContain('--yes');
    expect(world.barndoor.counts.put).toBe(0);
    expect((await run(['apply', '--yes', '--include-report'])).code).toBe(0);
    expect(world.barndoor.counts.put).toBe(1);
  });

  test('nothing to send is no question', async () => {
    world.barndoor.edit(b, { name: 'New name' });
    const { code, stdout } = await run(['apply']);
    expect(code).toBe(0);
    expect(stdout).toContain('Plan: nothing to update');
  });

  test('a plan from a file is sent as it was, and what came up since is listed', async () => {
    await run(['plan', '--out', 'plan.json']);
    world.barndoor.edit(a, { name: 'Drifted' });
    const { code, stderr } = await run(['apply', '--plan', 'plan.json']);
    expect(code).toBe(0);
    expect(world.barndoor.find(b).name).toBe('New name');
    expect(world.barndoor.find(a).name).toBe('Drifted');
    expect(stderr).toContain('New changes since the plan (not sent)');
    expect(stderr).toContain('  acme/first');
  });

  test('a plan is stale if some of its changes were made meanwhile', async () => {
    await run(['plan', '--out', 'plan.json']);
    world.barndoor.edit(b, { name: 'New name' });
    const { code, stderr } = await run(['apply', '--plan', 'plan.json']);
    expect(code).toBe(1);
    expect(stderr).toContain('plan.json is stale and was not sent. What changed:\n');
    expect(stderr).toContain('  acme/second name: already up to date\n');
    expect(world.barndoor.counts.put).toBe(0);
  });

  test('a plan is stale where live changed since, and is not sent there', async () => {
    await world.declare({ id: a, label: 'first', spec: { name: 'Newer' } });
    await run(['plan', '--out', 'plan.json']);
    world.barndoor.edit(b, { name: 'By hand' });
    const { code, stderr, stdout } = await run(['apply', '--plan', 'plan.json']);
    expect(code).toBe(1);
    expect(stdout).toContain('1 updated, 1 would change, not sent');
    expect(stdout).not.toContain('mode report');
    expect(stderr.replaceAll(/\s+/g, ' ')).toContain(
      'acme/second name: planned "Old name" -> "New name", is now "By hand" -> "New name"',
    );
    expect(stderr.split('\n').filter((line) => line.length > 80)).toEqual([]);
    expect(stderr).not.toContain('acme/first name: planned');
    expect(world.barndoor.find(b).name).toBe('By hand');
    expect(world.barndoor.find(a).name).toBe('Newer');
  });

  test('a plan file is its owner’s alone, also where there was a file before', async () => {
    const path = join(folder, 'plan.json');
    await writeFile(path, 'before', { mode: 0o644 });
    await run(['plan', '--out', 'plan.json']);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(JSON.parse(await readFile(path, 'utf8'))).toMatchObject({ version: 1 });
  });

  test('a plan is not cut down by the name of a server, and is none of a connection that is not declared', async () => {
    await run(['plan', '--out', 'plan.json']);
    const cut = await run(['apply', '--plan', 'plan.json', 'acme/second']);
    expect(cut).toMatchObject({ code: 3, stdout: '' });
    expect(cut.stderr).toContain('plan again for the server');
    await world.desired.remove('acme', 'connection');
    for (const id of [a, b, c]) await world.desired.remove('acme', `server#${id}`);
    const foreign = await run(['apply', '--plan', 'plan.json']);
    expect(foreign.code).toBe(3);
    expect(foreign.stderr).toContain("declares no connection 'acme'");
    expect(world.barndoor.counts.put).toBe(0);
  });

  test.each<[string, (text: string) => string, string]>([
    ['hash', (text) => text.replace(/"hash": "[0-9a-f]/, '"hash": "x'), 'was modified after it'],
    [
      'value',
      (text) => text.replace('"value": "New name"', '"value": "Shown"'),
      'was modified after',
    ],
    [
      'connection',
      (text) => text.replaceAll('"acme"', '"globex"'),
      'was modified after it was written',
    ],
    ['signature', (text) => text.replace(/"mac": "[0-9a-f]/, '"mac": "x'), 'was modified after it'],
    [
      'key',
      (text) => text.replace(/"keyId": "[^"]*"/, '"keyId": "x"'),
      'signed with the key of another ledger',
    ],
    ['lack of a signature', (text) => text.replace('"signature"', '"signed"'), 'has no signature'],
  ])('a plan whose %s was edited is refused, and nothing is sent', async (_, edit, why) => {
    await run(['plan', '--out', 'plan.json']);
    const path = join(folder, 'plan.json');
    const text = await readFile(path, 'utf8');
    expect(edit(text)).not.toBe(text);
    await writeFile(path, edit(text));
    const { code, stdout, stderr } = await run(['apply', '--plan', 'plan.json']);
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
    expect(stderr.replaceAll(/\s+/g, ' ')).toContain(why);
    expect(world.barndoor.counts.put).toBe(0);
  });

  test('a vendor that refuses is a partial failure', async () => {
    world.barndoor.edit(c, { name: 'New name' });
    const { code, stdout } = await run(['apply', '--yes', '--include-report']);
    expect(code).toBe(1);
    expect(stdout).toContain('failed acme/second');
  });

  test('says who holds the lease, and gives up in time', async () => {
    await run(['plan', '--out', 'plan.json']);
    const expiresAt = world.clock.now() + 60_000;
    await acquireAs('Kim', world.deps.lease, connection, { expiresAt });
    const { code, stderr } = await run(['apply', '--plan', 'plan.json', '--lock-timeout', '1s']);
    expect(code).toBe(1);
    expect(stderr).toContain('waiting for the lease, which Kim (since ');
    expect(stderr).toContain('--lock-timeout 10m');
    expect(world.barndoor.counts.put).toBe(0);
  });

  test('Ctrl-C: the PUT in flight is finished and recorded, the lease is free, the rest is left', async () => {
    const ids = serverIds(12);
    await world.declareConnection({ budget: { requestsPerMinute: 60_000, concurrency: 1 } });
    for (const id of ids.slice(3)) world.barndoor.add({ id, name: `Before ${id}` });
    await world.declare(...ids.slice(3).map((id) => ({ id, spec: { name: `After ${id}` } })));
    const stop = new AbortController();
    world.barndoor.misbehave({
      when: { operation: 'put' },
      effect: { kind: 'latency', ms: 50 },
    } as Parameters<typeof world.barndoor.misbehave>[0]);
    const running = run(['apply'], { answer: 'yes', stop: stop.signal });
    while (world.barndoor.counts.put < 3) await world.clock.sleep(5);
    stop.abort();
    const { code, stdout } = await running;
    expect(code).toBe(130);
    expect(stdout).toContain('interrupted');
    const changed = world.barndoor.servers.filter(({ name }) => /^(After|New)/.test(name));
    const { servers } = await world.deps.ledger.read(connection);
    const recorded = [...servers.values()].filter(({ outcome }) => outcome === 'inSync');
    expect(changed.length).toBe(world.barndoor.counts.put);
    expect(recorded.map(({ id }) => id)).toEqual(
      expect.arrayContaining(changed.map(({ id }) => id)),
    );
    expect([...servers.values()].every(({ intent }) => intent === undefined)).toBe(true);
    expect((await world.deps.lease.read(connection))?.owner).toBeUndefined();
  });
});

describe('the guard', () => {
  const ids = serverIds(12);

  beforeEach(async () => {
    for (const id of ids.slice(3)) world.barndoor.add({ id, name: `Before ${id}` });
    await world.declareConnection();
    await world.declare(...ids.map((id) => ({ id, spec: { name: `After ${id}` } })));
  });

  test('--yes leaves held what the guard holds, and exits with 4', async () => {
    const { code, stdout } = await run(['apply', '--yes']);
    expect(code).toBe(4);
    expect(stdout).toContain('held: trueup approve acme ');
    expect(world.barndoor.counts.put).toBe(0);
  });

  test('confirming approves it', async () => {
    expect((await run(['apply'], { answer: 'yes' })).code).toBe(0);
    expect(world.barndoor.counts.put).toBe(12);
  });

  test('a plan in mode report says what an apply would make of it; --plan shows what it sends', async () => {
    await world.declareConnection({ policy: { mode: 'report' } });
    const plan = await run(['plan', '--out', 'plan.json']);
    const flat = plan.stdout.replaceAll('\n', ' ');
    expect(flat).toContain('(0 by this plan, 0 before), within the limit of 30%.');
    expect(flat).toContain('With the 12 in mode report, if an apply sends them, it would be 100%');
    const { code, stdout, stderr } = await run(['apply', '--plan', 'plan.json']);
    expect(code).toBe(0);
    expect(stdout).toContain('Plan: 12 to update.');
    expect(stdout.replaceAll('\n', ' ')).toContain(
      '(12 by this plan, 0 before), more than the limit',
    );
    expect(stdout).not.toContain('not sent');
    expect(stderr).toContain("warning: acme: more than the guard's limit; --plan approves it");
    expect(world.barndoor.counts.put).toBe(12);
  });

  test.each(['report', 'correct'])(
    'in mode %s a plan shows as held what an apply then holds, in each form',
    async (mode) => {
      await world.declareConnection({ policy: { mode } });
      const outcome = mode === 'report' ? 'reported' : 'held';
      const { code, stdout } = await run(['plan', '--detailed-exitcode']);
      expect(code).toBe(4);
      expect(stdout.match(/^! acme\/.*\s+\(.*held by the guard: .*\)$/gm)).toHaveLength(12);
      const held = /^ {4}trueup approve acme (\w+)/m.exec(stdout)?.[1];
      const json = JSON.parse((await run(['plan', '--output', 'json'])).stdout) as object;
      expect(json).toMatchObject({
        plans: [
          {
            changes: Array.from({ length: 12 }, () => ({ outcome, changes: [{ held: true }] })),
            guard: { held },
          },
        ],
      });
      const markdown = (await run(['plan', '--output', 'markdown'])).stdout;
      expect(markdown.match(/held by the guard$/gm)).toHaveLength(12);
      expect(markdown).toContain(`trueup approve acme ${held}`);

      const applied = await run(['apply', '--yes', '--include-report']);
      expect(applied.code).toBe(4);
      expect(applied.stdout).toContain(`held: trueup approve acme ${held}`);
      expect(world.barndoor.counts.put).toBe(0);
    },
  );

  test('--yes sends nothing to servers in mode report, and holds nothing of them', async () => {
    await world.declareConnection({ policy: { mode: 'report' } });
    await world.declare({
      id: a,
      label: 'first',
      spec: { name: `After ${a}` },
      policy: { mode: 'correct' },
    });
    const plan = await run(['plan', '--detailed-exitcode']);
    expect(plan.stdout).toContain('~ acme/first  (adopt)');
    expect(plan.stdout.match(/mode report, held by the guard/g)).toHaveLength(11);
    const { code, stdout, stderr } = await run(['apply', '--yes']);
    expect(code).toBe(0);
    expect(stdout).toContain('acme: 1 updated, 11 would change, not sent;');
    expect(stderr).toContain('11 servers in mode report not sent; --include-report sends them too');
    expect(world.barndoor.servers.filter(({ name }) => name.startsWith('After'))).toHaveLength(1);
    const dry = await run(['apply', '--yes', '--include-report', '--dry-run', '-o', 'json']);
    expect(JSON.parse(dry.stdout)).toMatchObject({
      plans: [{ counts: { held: 11, reported: 0 } }],
    });
    const all = await run(['apply', '--yes', '--include-report']);
    expect(all.code).toBe(4);
    expect(all.stdout).toContain('acme: 11 held, 1 in sync');
  });

  test('--plan sends what its plan shows as held', async () => {
    await run(['plan', '--out', 'plan.json']);
    const { code, stdout } = await run(['apply', '--plan', 'plan.json']);
    expect(code).toBe(0);
    expect(stdout).not.toContain('held by the guard');
    expect(stdout).not.toContain('waits for approval');
    expect(world.barndoor.counts.put).toBe(12);
  });

  test('approve shows it, asks, and lets the next pass apply it', async () => {
    const { held = '' } = await world.pass();
    const status = await run(['status']);
    const next = /held: trueup (.*)/.exec(status.stdout)?.[1]?.split(' ') ?? [];
    expect(next.slice(0, 3)).toEqual(['approve', connection, held]);
    // It works as it was shown.
    expect(await trueup(next, options)).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('pass --yes'),
    });
    expect((await run(['approve', connection, held])).code).toBe(3);
    const { code, stdout, stderr } = await run(['approve', connection, held.slice(0, 12)], {
      answer: 'yes',
    });
    expect(code).toBe(0);
    expect(stdout).toContain(`"After ${a}"`);
    expect(stderr).toContain('Approved 12 changes of acme');
    expect((await world.pass()).counts.updated).toBe(12);
  });

  test('what a plan shows may be approved before a pass has come to hold it', async () => {
    const plan = await run(['plan']);
    const next = /^ {4}trueup (approve .*)$/m.exec(plan.stdout)?.[1]?.split(' ') ?? [];
    expect((await trueup(next, { ...options, answer: 'no' })).code).toBe(1);
    expect(await world.deps.ledger.heldDigests(connection)).toEqual([]);
    const { code, stdout, stderr } = await trueup(next, { ...options, answer: 'yes' });
    expect(code).toBe(0);
    expect(stdout).toContain(`"After ${a}"`);
    expect(stderr).toContain('The next pass would hold:');
    expect(stderr).toContain('Approved 12 changes of acme for 24 hours; the next pass sends');
    expect((await world.pass()).counts.updated).toBe(12);
  });

  test('what was approved is no longer shown as held, and a plan says that it does not count', async () => {
    const { held = '' } = await world.pass();
    await run(['approve', connection, held, '--yes']);
    const { stdout } = await run(['status']);
    expect(stdout).not.toContain('held: trueup approve');
    expect(stdout).toContain(`approved: ${held.slice(0, 12)}, `);
    const json = await run(['status', '--output', 'json']);
    expect(JSON.parse(json.stdout)).toMatchObject({
      connections: [{ held: [], approved: [{ digest: held }] }],
    });
    const plan = await run(['plan']);
    expect(plan.stdout.replaceAll('\n', ' ')).toContain('0 before, not counting 12 approved)');
  });

  test('what an apply in mode report shows as held may be approved before it is recorded', async () => {
    await world.declareConnection({ policy: { mode: 'report' } });
    const { stdout } = await run(['apply'], { answer: 'no' });
    const held = /^ {4}trueup approve acme (\w+)/m.exec(stdout)?.[1] ?? '';
    expect((await run(['approve', connection, held, '--yes'])).code).toBe(0);
    const plan = (await run(['plan'])).stdout.replaceAll('\n', ' ');
    expect(plan).toContain('0 before, not counting 12 approved), within the limit');
    expect((await run(['apply', '--yes', '--include-report'])).code).toBe(0);
    expect(world.barndoor.counts.put).toBe(12);
  });

  test('a plan that is not held is reported, whether or not the vendor answers', async () => {
    world.barndoor.misbehave({ operation: 'list', effect: { kind: 'status', status: 401 } });
    world.barndoor.misbehave({ operation: 'get', effect: { kind: 'status', status: 401 } });
    for (const name of [connection, 'acne']) {
      // oxlint-disable-next-line no-await-in-loop
      const { code, stderr } = await run(['approve', name, 'deadbeef00', '--yes']);
      expect([code, stderr]).toEqual([
        1,
        expect.stringContaining(`error: ${name} has no held plan`),
      ]);
    }
  });

  test('a pass over some of the servers, or one that failed, does not make it over', async () => {
    const { held = '' } = await world.pass();
    world.clock.advance(60_000);
    await world.pass({ servers: [a] });
    const named = await run(['approve', connection, held, '--yes']);
    expect(named.stderr).not.toContain('warning');
  });

  test('a held plan that was sent meanwhile is reported as no longer held', async () => {
    const { held = '' } = await world.pass();
    const first = await run(['approve', connection, held, '--yes']);
    expect(first.stderr).not.toContain('warning');
    world.clock.advance(60_000);
    await world.pass();
    const again = await run(['approve', connection, held, '--yes']);
    expect(again.stderr).toContain('warning: the last pass no longer held it');
  });

  test('in mode report an approval says who sends it', async () => {
    await world.declareConnection({ policy: { mode: 'report' } });
    const { stdout } = await run(['apply', '--yes', '--include-report']);
    const held = /held: trueup approve acme (\w+)/.exec(stdout)?.[1] ?? '';
    world.clock.advance(60_000);
    await world.pass();
    const { stderr } = await run(['approve', connection, held, '--yes']);
    expect(stderr).not.toContain('warning');
    expect(stderr.replaceAll(/\s+/g, ' ')).toContain(
      'in mode report nothing is sent until `trueup apply acme --desired-table',
    );
    expect((await world.pass()).counts).toMatchObject({ updated: 0, reported: 12 });
    expect((await run(['apply', '--yes', '--include-report'])).code).toBe(0);
    expect(world.barndoor.counts.put).toBe(12);
  });

  test.each([
    ['beef', 3],
    ['deadbeef00', 1],
  ])('approving %s exits with %d', async (digest, expected) => {
    const { code, stderr } = await run(['approve', connection, digest, '--yes']);
    expect(code).toBe(expected);
    expect(stderr).toContain('next: ');
  });
});

describe('status', () => {
  test('says of a declaration that no pass has acted on yet that there is a newer one', async () => {
    await world.declare({ id: a, label: 'first', generation: 1, spec: { name: 'A' } });
    expect((await run(['status', connection])).stdout).toMatch(/^ {4}\? first: not seen yet/m);
    await world.pass();
    expect((await run(['status', connection])).stdout).toMatch(
      /^ {4}= first: in sync .*, generation 1$/m,
    );
    await world.declare({ id: a, label: 'first', generation: 2, spec: { name: 'B' } });
    const { stdout } = await run(['status', connection]);
    expect(stdout.replaceAll(/\n {8}/g, ' ')).toMatch(
      /^ {4}\. first: in sync since .*, generation 2 is declared, 1 was acted on$/m,
    );
  });

  test('before any pass, and after one', async () => {
    const before = await run(['status']);
    expect(before.stdout).toContain('no pass yet');
    expect(before.stdout).toContain('2 not seen yet');
    world.barndoor.remove(a);
    await world.pass();
    const { code, stdout, stderr } = await run(['status', connection]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('acme (barndoor, mode report): ok');
    expect(stdout).toMatch(/x first: missing since \d{4}-/);
    expect(stdout).toMatch(/~ second: would change \(mode report\) since/);
    const failing = await run(['status', '--failing']);
    expect(failing.stdout).toContain('first');
    expect(failing.stdout).not.toContain('second');
  });

  test('as JSON, failing only', async () => {
    await world.pass();
    const { stdout } = await run(['status', '--failing', '--output', 'json']);
    expect(JSON.parse(stdout)).toEqual({ version: 1, connections: [] });
    const all = JSON.parse((await run(['status', '--output', 'json'])).stdout) as {
      connections: { servers: object[] }[];
    };
    expect(all.connections[0]?.servers).toMatchObject([
      { label: 'first', outcome: 'inSync' },
      { label: 'second', outcome: 'reported' },
    ]);
  });
});

test('no secret is ever shown', async () => {
  const canary = 'canary-of-client-secret';
  await world.secrets.write(`trueup/${connection}/a`, canary);
  const reference = { secret: `trueup/${connection}/a` };
  await world.declare({ id: a, label: 'first', spec: { name: 'A', client_secret: reference } });
  const told = [
    await run(['plan', '--out', 'plan.json']),
    await run(['plan', '--output', 'json']),
    await run(['plan', '--output', 'markdown']),
    await run(['apply', '--yes', '--include-report']),
    await run(['status', '--output', 'json']),
  ];
  expect(world.barndoor.find(a).client_secret).toBe(canary);
  const text = JSON.stringify(told) + (await readFile(join(folder, 'plan.json'), 'utf8'));
  for (const secret of [canary, bearer]) expect(text).not.toContain(secret);
});
