import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { chmod, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startFleetInFiles } from '../../../support/fleet-in-files.ts';
import type { FleetInFiles } from '../../../support/fleet-in-files.ts';
import { holdPuts, until } from '../../../support/held.ts';
import { testClock } from '../../../support/clock.ts';
import type { TestClock } from '../../../support/clock.ts';
import { runCli } from '../../../../lib/cli/run.ts';
import { readCliSettings } from '../../../../lib/cli/settings.ts';
import { watchLineSchema } from '../../../../lib/cli/schemas/watch.ts';
import { trueup } from '../../run.ts';
import { startLoginWorld } from '../login-world.ts';

interface Line {
  readonly event: string;
  readonly connection?: string;
  readonly problem?: string;
  readonly report?: { readonly counts: Record<string, number>; readonly state: string };
}

/** A watch in this process, with the lines that it has printed. */
interface Watch {
  readonly lines: readonly Line[];
  readonly stderr: () => string;
  readonly stop: () => void;
  readonly ended: Promise<number>;
  /** Resolves with the line, once it was printed. */
  readonly line: (index: number) => Promise<Line>;
}

let fleet: FleetInFiles;
let clock: TestClock;
let watches: Watch[];

beforeEach(async () => {
  fleet = await startFleetInFiles({ servers: 3 });
  await declare((declaration) => ({ ...declaration, policy: { mode: 'correct' } }));
  clock = testClock();
  watches = [];
});

afterEach(async () => {
  for (const one of watches) one.stop();
  await Promise.all(watches.map(({ ended }) => ended));
  for (const line of watches.flatMap(({ lines }) => lines)) watchLineSchema.parse(line);
  await fleet.close();
});

const file = () => join(fleet.folder, 'trueup.json');

type Declaration = Record<string, unknown> & {
  servers: { readonly id: string; readonly spec: Record<string, unknown> }[];
};

/** As an editor saves it: another file takes its place. */
async function declare(change: (declaration: Declaration) => object): Promise<void> {
  const declaration = JSON.parse(await readFile(file(), 'utf8')) as Declaration;
  await writeFile(`${file()}.new`, JSON.stringify(change(declaration)));
  await rename(`${file()}.new`, file());
}

function startWatch(
  argv: readonly string[] = [],
  { folder: cwd, options, environment } = fleet as Pick<
    FleetInFiles,
    'folder' | 'options' | 'environment'
  >,
): Watch {
  const lines: Line[] = [];
  let stderr = '';
  const stop = new AbortController();
  const ended = runCli(['watch', ...argv, '-o', 'json', ...options], {
    stdout: { write: (text) => void lines.push(JSON.parse(text) as Line) },
    stderr: { write: (text) => void (stderr += text) },
    stop: stop.signal,
    ask: async () => undefined,
    cwd,
    settings: readCliSettings(environment),
    wiring: { clock },
  });
  const one: Watch = {
    lines,
    stderr: () => stderr,
    stop: () => stop.abort(),
    ended,
    line: async (index) => {
      await until(() => lines.length > index);
      return lines[index] as Line;
    },
  };
  watches.push(one);
  return one;
}

test('a pass is made at once, and again each time the interval has passed', async () => {
  const { line, stop, ended } = startWatch();
  expect(await line(0)).toMatchObject({
    event: 'started',
    connections: ['acme'],
    everyMs: 300_000,
  });
  expect(await line(1)).toMatchObject({ event: 'pass', report: { counts: { updated: 3 } } });
  fleet.vendor.edit(fleet.ids[0] ?? '', { name: 'by hand' });
  clock.advance(300_000);
  expect(await line(2)).toMatchObject({ event: 'pass', report: { counts: { updated: 1 } } });
  stop();
  expect(await ended).toBe(0);
  expect((await fleet.lease.read('acme'))?.owner).toBeUndefined();
  expect((await fleet.lease.read('#watch'))?.owner).toBeUndefined();
});

test('a changed file is a pass at once', async () => {
  const { line, lines } = startWatch();
  await line(1);
  const calls = fleet.vendor.counts.list;
  await declare(({ servers, ...others }) => ({
    ...others,
    servers: servers.map((server) => ({ ...server, spec: { name: `Again ${server.id}` } })),
  }));
  expect(await line(2)).toMatchObject({ event: 'pass', report: { counts: { updated: 3 } } });
  expect(fleet.vendor.counts.list).toBe(calls + 1);
  expect(lines).toHaveLength(3);
});

test('a changed secrets file is a pass at once', async () => {
  const { line } = startWatch();
  await line(1);
  const secrets = join(fleet.folder, 'secrets.json');
  await writeFile(secrets, '{"trueup/acme/token":"token","trueup/acme/other":"new"}');
  expect(await line(2)).toMatchObject({ event: 'pass' });
});

test('a refresh token that a pass has written back is no change', async () => {
  const world = await startLoginWorld();
  const token = world.issuer.issueRefreshToken('person');
  await world.store({ 'trueup/acme/sign-in': { refresh_token: token } });
  const { folder, environment } = world;
  const options = ['--file', 'trueup.json', '--secrets', 'secrets.json'];
  const { line, lines, stop, ended } = startWatch([], { folder, options, environment });
  await line(1);
  expect(world.issuer.counts['refresh_token']).toBe(1);
  clock.advance(300_000);
  await line(2);
  expect(lines.map(({ event }) => event)).toEqual(['started', 'pass', 'pass']);
  stop();
  await ended;
  await world.close();
});

test.each([
  ['vanished', () => rm(file())],
  ['does not parse', () => writeFile(file(), '{"connection": "acme",')],
  ['is empty', () => writeFile(file(), '')],
])(
  'a file that %s stops passes, is no empty fleet, and can be repaired',
  async (_what, breaking) => {
    const text = await readFile(file(), 'utf8');
    const { line, lines } = startWatch();
    await line(1);
    const before = await fleet.ledger.read('acme');
    const calls = fleet.vendor.requests.length;
    await breaking();
    expect(await line(2)).toMatchObject({
      event: 'error',
      problem: expect.stringContaining('trueup.json'),
    });
    clock.advance(300_000);
    expect(await line(3)).toMatchObject({ event: 'error' });
    expect(fleet.vendor.requests).toHaveLength(calls);
    expect(await fleet.ledger.read('acme')).toEqual(before);
    await writeFile(file(), text);
    expect(await line(4)).toMatchObject({ event: 'pass', report: { counts: { inSync: 3 } } });
    expect(lines).toHaveLength(5);
  },
);

test('a secrets file that vanished stops passes with an error', async () => {
  const { line } = startWatch();
  await line(1);
  const secrets = join(fleet.folder, 'secrets.json');
  await rename(secrets, `${secrets}.gone`);
  const problem = expect.stringContaining('secrets.json');
  expect(await line(2)).toMatchObject({ event: 'error', problem });
  await rename(`${secrets}.gone`, secrets);
  expect(await line(3)).toMatchObject({ event: 'pass', report: { counts: { inSync: 3 } } });
});

test('a secrets file that others may read stops passes until its mode is changed', async () => {
  const { line } = startWatch();
  await line(1);
  const secrets = join(fleet.folder, 'secrets.json');
  await chmod(secrets, 0o644);
  const problem = expect.stringMatching(/secrets\.json can be read by other users/);
  expect(await line(2)).toMatchObject({ event: 'error', problem });
  await chmod(secrets, 0o600);
  expect(await line(3)).toMatchObject({ event: 'pass', report: { counts: { inSync: 3 } } });
});

test('a second watch on the same state is refused, and names the first', async () => {
  const { line, stop, ended } = startWatch();
  await line(1);
  const second = startWatch();
  expect(await second.ended).toBe(1);
  expect(second.lines).toEqual([]);
  expect(second.stderr().replaceAll(/\s+/g, ' ')).toMatch(
    /error: trueup watch, process \d+ of .+ \(since .+ UTC\) watches with the same state folder next: /,
  );
  stop();
  await ended;
  const third = startWatch();
  expect(await third.line(0)).toMatchObject({ event: 'started' });
});

test('while another command has the lease, the pass is left to it, or made soon after', async () => {
  const at = clock.now();
  const owned = { kind: 'acquire', owner: 'an apply', at, expiresAt: at + 60_000 } as const;
  await fleet.lease.change('acme', { ...owned, id: 'its id', expiredBefore: at });
  const { line } = startWatch();
  expect(await line(1)).toMatchObject({ event: 'busy', connection: 'acme' });
  const item = await fleet.lease.read('acme');
  const { epoch = 0, knocks = 0, window = [] } = item ?? {};
  await fleet.lease.change('acme', {
    kind: 'release',
    epoch,
    knocks,
    keep: true,
    save: { window },
  });
  clock.advance(10_000);
  expect(await line(2)).toMatchObject({ event: 'pass', report: { counts: { updated: 3 } } });
});

test('stopped in the middle of a pass, it finishes and records what is in flight', async () => {
  const answerPuts = holdPuts(fleet.vendor);
  const { lines, stop, ended } = startWatch();
  await until(() => fleet.vendor.counts.put > 0);
  const sent = fleet.vendor.counts.put;
  stop();
  answerPuts();
  expect(await ended).toBe(0);
  const events = lines.map(({ event }) => event);
  expect(events).toEqual(['started', 'pass', 'ended']);
  const { servers } = await fleet.ledger.read('acme');
  const recorded = [...servers.values()].filter(({ outcome }) => outcome === 'inSync');
  expect(recorded.length).toBeGreaterThanOrEqual(sent);
  expect(recorded).toHaveLength(fleet.changed().length);
});

test('the lines of a log begin with their time, one for each pass', async () => {
  const written: string[] = [];
  const stop = new AbortController();
  const ended = runCli(['watch', 'acme', ...fleet.options], {
    stdout: { write: (text) => void written.push(text) },
    stderr: { write: () => undefined },
    stop: stop.signal,
    ask: async () => undefined,
    cwd: fleet.folder,
    settings: readCliSettings(fleet.environment),
    wiring: { clock },
  });
  await until(() => written.length > 1);
  stop.abort();
  await ended;
  expect(written.join('')).toMatch(
    /^(\S+Z) watching acme: a pass every 300 s and after a change\n\S+Z acme: 3 updated; 4 calls \(1 list, 0 get, 3 put\), .* s\n\S+Z ended\n$/,
  );
});

test.each([
  [['--every', '5s'], 'error: --every is too short'],
  [['nowhere'], "declares no connection 'nowhere'"],
])('`watch %s` is refused', async (argv, says) => {
  const { folder: cwd, options, environment } = fleet;
  const { code, stderr } = await trueup(['watch', ...argv, ...options], { cwd, environment });
  expect(code).toBe(3);
  expect(stderr).toContain(says);
});
