import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startAlloy } from '../../../../lib/local/gateways/alloy/simulator.ts';
import { startBarndoor } from '../../../../lib/local/gateways/barndoor/simulator.ts';
import type { BarndoorSimulator } from '../../../../lib/local/gateways/barndoor/simulator.ts';
import { serverIds } from '../../../support/world.ts';
import { trueup } from '../../run.ts';
import type { RunOptions } from '../../run.ts';

const [a = '', b = ''] = serverIds(2);
const canary = 'canary-of-client-secret';
const bearer = 'canary-of-bearer';

let vendor: BarndoorSimulator;
let folder: string;

const run = (argv: readonly string[], more: RunOptions = {}) =>
  trueup([...argv, '--file', 'trueup.json', '--secrets', 'secrets.json'], {
    cwd: folder,
    ...more,
    environment: {
      TRUEUP_ALLOWED_HOSTS: `barndoor=${new URL(vendor.url).host}`,
      ...more.environment,
    },
  });

const declaration = (more: object = {}) => ({
  connection: 'acme',
  provider: 'barndoor',
  baseUrl: vendor.url,
  auth: { type: 'bearer', token: { secret: 'trueup/acme/token' } },
  budget: { requestsPerMinute: 60_000 },
  servers: [
    { id: a, label: 'first', spec: { name: 'New A', client_secret: { secret: 'trueup/acme/a' } } },
    { id: b, label: 'second', spec: { name: 'B' } },
  ],
  ...more,
});

const write = (name: string, value: unknown, mode = 0o600) =>
  writeFile(join(folder, name), JSON.stringify(value), { mode });

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'trueup-cli-'));
  vendor = await startBarndoor({
    servers: [
      { id: a, name: 'A' },
      { id: b, name: 'B' },
    ],
    tokens: [bearer],
  });
  await write('trueup.json', declaration());
  await write('secrets.json', { 'trueup/acme/token': bearer, 'trueup/acme/a': canary });
});

afterEach(async () => {
  await vendor.close();
  await rm(folder, { recursive: true, force: true });
});

test('plan, apply, plan, status: no AWS, the ledger in a folder, no secret anywhere but at the vendor', async () => {
  const first = await run(['plan', '--detailed-exitcode']);
  expect({ code: first.code, stderr: first.stderr }).toEqual({ code: 2, stderr: '' });
  const applied = await run(['apply'], { answer: 'yes' });
  expect(applied.code).toBe(0);
  expect(vendor.find(a)).toMatchObject({ name: 'New A', client_secret: canary });
  const again = await run(['plan', '--detailed-exitcode']);
  expect(again.code).toBe(0);
  const status = await run(['status', 'acme']);
  expect(status.stdout).toContain('= first: assumed since ');
  expect(status.stdout).toContain('= second: in sync since ');
  const files = await readdir(join(folder, '.trueup'), { recursive: true, withFileTypes: true });
  const kept = await Promise.all(
    files
      .filter((file) => file.isFile())
      .map((file) => readFile(join(file.parentPath, file.name), 'utf8')),
  );
  expect(kept.length).toBeGreaterThan(0);
  const told = JSON.stringify([first, applied, again, status, kept]);
  for (const secret of [canary, bearer]) expect(told).not.toContain(secret);
});

test('a mistyped name of a secret is shown with the stored one that was probably meant', async () => {
  await write('secrets.json', { 'trueup/acme/token': bearer, 'trueup/acme/aa': canary });
  const { stdout } = await run(['plan']);
  expect(stdout.replaceAll(/\s+/g, ' ')).toContain('used by first. Did you mean trueup/acme/aa?');
  const json = JSON.parse((await run(['plan', '-o', 'json'])).stdout) as unknown;
  expect(json).toMatchObject({
    plans: [{ missingSecrets: [{ secret: 'trueup/acme/a', similar: 'trueup/acme/aa' }] }],
  });
  const applied = await run(['apply'], { answer: 'yes' });
  expect(applied.stdout.replaceAll(/\s+/g, ' ')).toContain('; did you mean trueup/acme/aa?');

  await write('secrets.json', { 'trueup/acme/tokn': bearer, 'trueup/acme/a': canary });
  const failed = await run(['plan']);
  expect(failed.code).toBe(1);
  expect(failed.stderr.replaceAll(/\s+/g, ' ')).toContain('did you mean trueup/acme/tokn?');
});

test('a server is named in whatever Unicode form and spelling', async () => {
  const id = '0a1b2c3d-0000-4000-8000-00000000abcd';
  const servers = [
    { id, label: 'Café', spec: {} },
    { id: b, label: 'sales\u00A0prod', spec: {} },
  ];
  await write('trueup.json', declaration({ servers }));
  for (const name of ['Cafe\u0301', 'Café', 'sales prod', id.toUpperCase()]) {
    const { code, stderr } = await run(['plan', `acme/${name}`]);
    expect({ name, code, stderr }).toEqual({ name, code: 0, stderr: '' });
  }
  expect((await run(['plan', 'acme/Cafe'])).stderr).toBe(
    "error: acme declares no server 'Cafe'\nnext: did you mean acme/Café?\n",
  );
});

test('a plan says who has a unique name now, and of a swap its two steps', async () => {
  const named = (first: string, second?: string) =>
    declaration({
      servers: [
        { id: a, label: 'first', spec: { name: first } },
        { id: b, label: 'second', spec: second === undefined ? {} : { name: second } },
      ],
    });
  const planned = async (...argv: string[]) =>
    (await run(['plan', ...argv])).stdout.replaceAll(/\s+/g, ' ');

  await write('trueup.json', named('B', 'A'));
  expect(await planned()).toContain(
    'second has this name now, and waits for this one. It takes two steps: declare a third name for one of them and apply; then declare what is meant, and apply again.',
  );
  expect(await planned('--output', 'markdown')).toContain('! second has this name now, and waits');
  expect(JSON.parse((await run(['plan', '--output', 'json'])).stdout)).toMatchObject({
    plans: [{ changes: [{ changes: [{ takenBy: { label: 'second', what: 'exchanges' } }] }, {}] }],
  });

  await write('trueup.json', named('b '));
  expect(await planned()).toContain('second has this name now, and keeps it');
  await write('trueup.json', named('B', 'C'));
  expect(await planned()).toContain(
    'second has this name now, and gives it up: that is sent first.',
  );
});

describe('the value of a secret', () => {
  test('is sent without the line end that `echo` and editors leave', async () => {
    await write('secrets.json', { 'trueup/acme/token': bearer, 'trueup/acme/a': `${canary}\n` });
    expect((await run(['apply', '--yes', '--include-report'])).code).toBe(0);
    expect(vendor.find(a).client_secret).toBe(canary);
  });

  test.each([
    [
      'a JSON object, where no key is named',
      { client_secret: canary },
      'is a JSON object with 1 member: name one',
    ],
    ['empty but for a line end', '\n', 'is empty'],
    ['of another encoding', `${canary}\0`, 'has control characters'],
    ['in several lines', `${canary}\n${canary}`, 'has several lines'],
  ])('that is %s is refused by its name, and nothing is sent', async (_, value, problem) => {
    await write('secrets.json', { 'trueup/acme/token': bearer, 'trueup/acme/a': value });
    const { code, stdout, stderr } = await run([
      'apply',
      '--yes',
      '--include-report',
      'acme/first',
    ]);
    expect(code).toBe(1);
    expect(`${stdout}${stderr}`.replaceAll(/\s+/g, ' ')).toContain(
      `secret trueup/acme/a ${problem}`,
    );
    expect(`${stdout}${stderr}`).not.toContain(canary);
    expect(vendor.counts.put).toBe(0);
    const doctor = await run(['doctor', '--output', 'json']);
    expect(doctor.stdout).toContain(problem);
    expect(doctor.stdout).not.toContain(canary);
  });

  test.each([
    ['UTF-8 with a byte order mark', (text: string) => Buffer.from(`\uFEFF${text}`)],
    ['UTF-16 with a byte order mark', (text: string) => Buffer.from(`\uFEFF${text}`, 'utf16le')],
  ])('is read from a file in %s', async (_, encoded) => {
    const text = JSON.stringify({ 'trueup/acme/token': bearer, 'trueup/acme/a': canary });
    await writeFile(join(folder, 'secrets.json'), encoded(text), { mode: 0o600 });
    expect((await run(['apply', '--yes', '--include-report'])).code).toBe(0);
    expect(vendor.find(a).client_secret).toBe(canary);
  });
});

test('a plan that was saved in another encoding is read, or named for what it is', async () => {
  await run(['plan', '--out', 'plan.json']);
  const plan = await readFile(join(folder, 'plan.json'), 'utf8');
  await writeFile(join(folder, 'plan.json'), Buffer.from(plan, 'utf16le'));
  const unmarked = await run(['apply', '--plan', 'plan.json']);
  expect(unmarked.code).toBe(3);
  expect(unmarked.stderr).toContain('it is not text in UTF-8, or in UTF-16');
  await writeFile(join(folder, 'plan.json'), Buffer.from(`\uFEFF${plan}`, 'utf16le'));
  expect((await run(['apply', '--plan', 'plan.json'], { answer: 'yes' })).code).toBe(0);
  expect(vendor.find(a).name).toBe('New A');
});

test('secrets from variables', async () => {
  await write('secrets.json', {});
  const environment = { TRUEUP_SECRET_ACME_TOKEN: bearer, TRUEUP_SECRET_ACME_A: canary };
  expect((await run(['apply', '--yes', '--include-report'], { environment })).code).toBe(0);
  expect(vendor.find(a).client_secret).toBe(canary);
});

describe('in a CI without a ledger', () => {
  const environment = { CI: 'true' };

  test('a run that would send every secret again is refused, unless --adopt', async () => {
    const refused = await run(['apply', '--yes', '--include-report'], { environment });
    expect(refused.code).toBe(3);
    expect(refused.stderr).toContain('--adopt');
    expect(vendor.counts.put).toBe(0);
    expect(
      (await run(['apply', '--yes', '--include-report', '--adopt'], { environment })).code,
    ).toBe(0);
    vendor.edit(b, { name: 'Drifted' });
    expect((await run(['apply', '--yes', '--include-report'], { environment })).code).toBe(0);
    expect(vendor.counts.put).toBe(2);
  });

  test('one that sends no secret is not', async () => {
    await write('trueup.json', declaration({ servers: [{ id: b, spec: { name: 'New B' } }] }));
    expect((await run(['apply', '--yes', '--include-report'], { environment })).code).toBe(0);
  });
});

test('a lost fingerprint key is the first error', async () => {
  await run(['apply', '--yes', '--include-report']);
  await rm(join(folder, '.trueup/fingerprint-key.json'));
  const { stderr } = await run(['apply', '--yes', '--include-report']);
  expect(stderr).toContain('warning: acme: the fingerprint key of ');
});

test('a file that is not valid is refused as a whole, with every error in its place', async () => {
  await write('trueup.json', declaration({ provider: 'barndor', budgett: {} }));
  const { code, stdout, stderr } = await run(['apply', '--yes', '--include-report']);
  expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
  expect(stderr).toMatch(
    /trueup\.json:1:\d+ \/provider: is not a known provider; did you mean 'barndoor'\?/,
  );
  expect(stderr).toMatch(
    /trueup\.json:1:\d+ \/budgett: unknown key 'budgett'; did you mean 'budget'\?/,
  );
});

test('secrets that others may read are refused', async () => {
  await chmod(join(folder, 'secrets.json'), 0o644);
  const { code, stderr } = await run(['plan']);
  expect(code).toBe(1);
  expect(stderr).toContain('chmod 600');
});

test('two connections side by side; the one that fails leaves the other', async () => {
  const alloy = await startAlloy({ servers: [{ serverId: 's', name: 'Old' }], tokens: ['key'] });
  try {
    const other = {
      connection: 'globex',
      provider: 'alloy',
      baseUrl: alloy.url,
      auth: { type: 'bearer', token: { secret: 'trueup/globex/token' } },
      servers: [{ id: 's', spec: { name: 'New' } }],
    };
    await write('trueup.json', [declaration(), other]);
    const hosts = `barndoor=${new URL(vendor.url).host},alloy=${new URL(alloy.url).host}`;
    const environment = { TRUEUP_ALLOWED_HOSTS: hosts, TRUEUP_SECRET_GLOBEX_TOKEN: 'wrong' };
    const failed = await run(['apply', '--yes', '--include-report'], { environment });
    expect(failed.code).toBe(1);
    expect(failed.stdout).toContain('acme: 1 updated');
    expect(failed.stderr).toContain('globex');
    environment.TRUEUP_SECRET_GLOBEX_TOKEN = 'key';
    expect(
      (await run(['apply', 'globex', '--yes', '--include-report'], { environment })).code,
    ).toBe(0);
    expect(alloy.find('s').name).toBe('New');
  } finally {
    await alloy.close();
  }
});
