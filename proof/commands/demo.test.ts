import { beforeAll, describe, expect, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify, stripVTControlCharacters } from 'node:util';
import * as z from 'zod/mini';
import { accessToken, values } from '../../demo/world/secret-values.ts';
import { outcomes, triggers } from '../../lib/model/outcome.ts';
import { trueup } from '../../test/cli/run.ts';
import { npmStart } from '../../test/cli/commands/npm-start.ts';

const run = (...args: readonly string[]) =>
  promisify(execFile)('npm', npmStart.words(...args), { env: npmStart.environment });

/** A command for the folder of the repository, which is to write nothing there: it runs in `folder`, by the same script. */
const inCopy = async (line: string, folder: string) => {
  const [, script = ''] = /^npm run -s trueup -- (.+)$/.exec(line) ?? [];
  const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as {
    readonly scripts: { readonly trueup: string };
  };
  const [, program = ''] = scripts.trueup.split(' ');
  const words = [resolve(program), ...script.split(' ')];
  const { stdout, stderr } = await promisify(execFile)(process.execPath, words, { cwd: folder });
  return stdout + stderr;
};

const count = z.int().check(z.minimum(0));

const passSchema = z
  .strictObject({
    trigger: z.enum(triggers),
    connection: z.enum(['acme-alloy', 'acme-barndoor', 'acme-contextforge']),
    servers: count.check(z.minimum(1)),
    inSync: count,
    assumed: count,
    updated: count,
    reported: count,
    held: count,
    waiting: count,
    failed: count,
    refused: count,
    invalid: count,
    missing: count,
    paused: count,
    off: count,
    created: count,
    deleted: count,
    unsure: count,
    unreached: count,
    vendorCalls: z.strictObject({ list: count, get: count, put: count }),
    secretsDecrypted: count,
    credentialsDecrypted: count,
    durationMs: z.number().check(z.minimum(0)),
  })
  .check(
    z.refine(
      (pass) => outcomes.reduce((sum, outcome) => sum + pass[outcome], 0) === pass.servers,
      'the outcomes must add up to the servers',
    ),
  );

const documentSchema = z.strictObject({
  version: z.literal(1),
  passes: z.array(passSchema),
});

type Pass = z.infer<typeof passSchema>;

/** A pass in a line: what it counted, without what is zero and without time. */
const line = ({ trigger, connection, vendorCalls, ...pass }: Pass): string => {
  const { durationMs: _time, servers: _servers, credentialsDecrypted: _token, ...counts } = pass;
  const all = Object.entries({ ...counts, ...vendorCalls }).filter(([, number]) => number > 0);
  const words = all.map(([name, number]) => `${number} ${name}`).join(', ');
  return `${trigger} ${connection}: ${words}`;
};

let text: { stdout: string; stderr: string };
let json: { stdout: string; stderr: string };

beforeAll(async () => {
  text = await run();
  json = await run('--', '-o', 'json');
});

describe('npm start', () => {
  test('at a terminal has colour, and the same words', async () => {
    const { code, stdout } = await trueup(['demo'], { terminal: true, columns: 160 });
    expect(code).toBe(0);
    expect(stdout).toContain('\u001B[33m~ ');
    expect(text.stdout).not.toContain('\u001B[');
    const titles = (said: string) => said.match(/^== .*/gm);
    expect(titles(stdout)).toEqual(titles(text.stdout));
  });

  test('says nothing on standard error', () => {
    expect(text.stderr).toBe('');
    expect(json.stderr).toBe('');
  });

  test.each([
    ['all gateways', /10 servers are\s+declared at Barndoor[^]*3 at Alloy[^]*2 at\s+ContextForge/],
    [
      'the plan',
      /== The plan[^]*client_secret: \(cannot be read\)\n[^]*\nadopt: declared, but not/,
    ],
    [
      'a row that is invalid',
      /x acme-barndoor\/datadog {2}\(invalid\)\n.*did you mean 'client_id'/,
    ],
    ['a server that is missing', /x acme-barndoor\/asana {2}\(missing\)/],
    ['a server that nobody declared', /1 live server not declared; not touched:\n.*Trial/],
    [
      'the signs, and a limit that is not the default',
      /limit is\s+40% here \(default:\s+30%\)\.\n\n== The plan: .* \(~ update, x not possible\)\n/,
    ],
    ['the first pass', /== The first pass[^]*> schedule: acme-barndoor: 3 updated/],
    ['a pass that does nothing', /nothing to do[^]*> schedule: acme-alloy: 3 in sync; 1 call/],
    [
      'drift',
      /loosens access; drift: changed at the gateway\n {6}- "refund"\n {6}\+ "read_order"\n> schedule/,
    ],
    [
      'a token that an edit erased',
      /authToken: \(absent\) {2}# drift: .*\n.*\n {4}description: .*\n> schedule: acme-contextforge: 1 updated/,
    ],
    ['a rotation', /# rotated: new version[^]*> queue: acme-barndoor: 1 updated/],
    ['a version that is not sent', /same value[^]*> queue: acme-barndoor: 1 in sync/],
    ['an edit through the stream', /\+ "read_invoice"\n> stream: acme-alloy: 1 updated/],
    ['the guard', /Guard: 75% of 8 known servers[^]*wait\s+for\s+approval/],
    ['the approval', /\$ trueup approve acme-barndoor [0-9a-f]{8}\n[^]*acme-barndoor: 3 updated/],
    [
      'the totals',
      /\n\n\d+ gateway calls in all \(.*\), 6 server secrets decrypted\.\nNext, [^]*plan --local\n[^]*init\n$/,
    ],
  ])('tells of %s', (_what, pattern) => {
    expect(text.stdout).toMatch(pattern);
  });

  test('ends with two commands that a user can run next, as they are', async () => {
    const shown = [...text.stdout.matchAll(/^ {4}(npm .*)$/gm)].map(([, one = '']) => one);
    expect(shown).toHaveLength(2);
    const folder = mkdtempSync(join(tmpdir(), 'trueup-next-'));
    try {
      const [plan, init] = await Promise.all(shown.map((one) => inCopy(one, folder)));
      expect(plan).toContain('Plan: 3 to update, 1 missing, 1 invalid, 5 in sync.');
      expect(init).toContain('trueup.yaml');
      expect(existsSync(join(folder, 'trueup.yaml'))).toBe(true);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  test('fits 80 columns where there is no terminal', () => {
    const lines = text.stdout.split('\n');
    expect(lines.filter(({ length }) => length > 80)).toEqual([]);
    expect(lines.length).toBeLessThan(130);
  });

  test.each([60, 80, 160])('fits a terminal of %d columns', async (columns) => {
    const { stdout, stderr } = await trueup(['demo'], { terminal: true, columns });
    expect(stderr).toBe('');
    const lines = stripVTControlCharacters(stdout).split('\n');
    expect(lines.filter(({ length }) => length > columns)).toEqual([]);
    expect(lines.some(({ length }) => length > columns - 20)).toBe(true);
  });

  test('shows no secret, in neither form', () => {
    for (const secret of [...Object.values(values), accessToken]) {
      expect(text.stdout).not.toContain(secret);
      expect(json.stdout).not.toContain(secret);
    }
  });
});

describe('npm start -- --json', () => {
  test('prints one document, whose passes tell the story in order', () => {
    const { passes } = documentSchema.parse(JSON.parse(json.stdout));
    const broken = '1 invalid, 1 missing';
    expect(passes.map(line)).toEqual([
      'schedule acme-alloy: 2 inSync, 1 updated, 1 list, 1 get, 1 put',
      `schedule acme-barndoor: 5 inSync, 3 updated, ${broken}, 2 secretsDecrypted, 1 list, 2 get, 3 put`,
      'schedule acme-contextforge: 1 inSync, 1 updated, 1 secretsDecrypted, 1 list, 2 put',
      'schedule acme-alloy: 3 inSync, 1 list',
      `schedule acme-barndoor: 6 inSync, 2 assumed, ${broken}, 1 list`,
      'schedule acme-contextforge: 1 inSync, 1 assumed, 1 list',
      'schedule acme-alloy: 2 inSync, 1 updated, 1 list, 1 get, 1 put',
      `schedule acme-barndoor: 5 inSync, 2 assumed, 1 updated, ${broken}, 1 list, 1 put`,
      'schedule acme-contextforge: 1 inSync, 1 updated, 1 secretsDecrypted, 1 list, 2 put',
      'queue acme-barndoor: 1 updated, 1 secretsDecrypted, 1 get, 1 put',
      'queue acme-barndoor: 1 assumed, 1 secretsDecrypted, 1 get',
      'stream acme-alloy: 1 updated, 2 get, 1 put',
      'stream acme-barndoor: 3 held, 3 get',
      'schedule acme-alloy: 3 inSync, 1 list',
      `schedule acme-barndoor: 3 inSync, 2 assumed, 3 updated, ${broken}, 1 list, 3 put`,
      'schedule acme-contextforge: 1 inSync, 1 assumed, 1 list',
    ]);
  });

  test('credentials are decrypted once by each process that needs them', () => {
    const { passes } = documentSchema.parse(JSON.parse(json.stdout));
    expect(passes.map((pass) => pass.credentialsDecrypted)).toEqual([
      1, 1, 1, 0, 0, 0, 0, 0, 0, 1, 0, 1, 1, 0, 0, 0,
    ]);
  });
});
