import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { offlineProviders } from '../../lib/cli/targets/files/providers.ts';
import { commandList } from '../../lib/cli/command-list.ts';
import { trueup } from './run.ts';

let folder: string;
const run = (...argv: readonly string[]) => trueup(argv, { cwd: folder });

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'trueup-cli-'));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

describe('init', () => {
  test('writes an example that is valid as it stands', async () => {
    const { code, stdout, stderr } = await run('init');
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    expect(stderr).toContain(`Wrote ${join(folder, 'trueup.yaml')}, `);
    expect(stderr).toContain('next: ');
    const example = await readFile(join(folder, 'trueup.yaml'), 'utf8');
    expect(example).toMatch(/^# yaml-language-server: \$schema=/);
    // The gateway of the quickstart.
    expect(example).toContain('\nprovider: contextforge ');
    const checked = await run('validate', 'trueup.yaml');
    expect(checked).toEqual({ code: 0, stdout: '', stderr: 'Valid: 1 connection, 1 server.\n' });
  });

  test.each([...offlineProviders().keys()])(
    'writes one for each provider that there is: %s',
    async (provider) => {
      expect((await run('init', '--provider', provider)).code).toBe(0);
      const text = await readFile(join(folder, 'trueup.yaml'), 'utf8');
      expect(text).toContain(`\nprovider: ${provider} `);
      const checked = await run('validate', 'trueup.yaml');
      expect(checked).toEqual({ code: 0, stdout: '', stderr: 'Valid: 1 connection, 1 server.\n' });
    },
  );

  test('its folder is valid too, with the schema and the secrets beside the example', async () => {
    await run('init');
    await writeFile(join(folder, 'secrets.json'), '{"trueup/acme/token":"a"}', { mode: 0o600 });
    const checked = await run('validate', '.');
    expect(checked).toEqual({ code: 0, stdout: '', stderr: 'Valid: 1 connection, 1 server.\n' });
  });

  test('overwrites nothing without --force', async () => {
    await writeFile(join(folder, 'trueup.yaml'), 'mine');
    expect((await run('init')).code).toBe(3);
    expect(await readFile(join(folder, 'trueup.yaml'), 'utf8')).toBe('mine');
    expect((await run('init', '--force')).code).toBe(0);
  });

  test('does not overwrite another schema, and requires a .yaml name', async () => {
    await writeFile(join(folder, 'trueup.schema.json'), '{"my":"own"}');
    const { code, stderr } = await run('init');
    expect([code, stderr]).toEqual([
      3,
      expect.stringContaining('already exists, and is not a file of Trueup'),
    ]);
    expect(await readFile(join(folder, 'trueup.schema.json'), 'utf8')).toBe('{"my":"own"}');
    expect((await run('init', '--force')).code).toBe(0);
    expect((await run('init', 'second.yaml')).code).toBe(0);
    expect((await run('init', 'x.json')).code).toBe(3);
  });

  test('a folder that is not there', async () => {
    expect((await run('init', 'nowhere/trueup.yaml')).code).toBe(1);
  });
});

describe('validate', () => {
  const broken = `connection: acme
provider: barndoor
baseUrl: https://acme.platform.barndoor.ai
auth: { type: bearer, token: { secret: other/acme/token } }
servers:
  - id: a
    label: x
    spec: { name: A, clientId: b }
  - id: a
    label: X
    spec: { name: a, client_secret: hunter2 }
`;

  test('says everything at once, in order, with place and mend, and no secret', async () => {
    await writeFile(join(folder, 'trueup.yaml'), broken);
    const { code, stdout, stderr } = await run('validate', 'trueup.yaml');
    expect(code).toBe(3);
    expect(stderr).toMatch(/^\d+ errors\n$/);
    const lines = stdout.trimEnd().split('\n');
    const places = lines.map((line) =>
      Number(/trueup\.yaml:(\d+):\d+ \/\S+: .+; .+$/.exec(line)?.[1]),
    );
    expect(places).toEqual(places.toSorted((x, y) => x - y));
    expect(stdout).toMatch(/:4:\d+ \/auth\/token/);
    expect(stdout).toMatch(/:8:\d+ .*did you mean 'client_id'\?/);
    expect(stdout).toMatch(/:9:\d+ \/servers\/1\/id: repeats the id/);
    expect(stdout).toMatch(/:10:\d+ \/servers\/1\/label: repeats the label/);
    expect(stdout).toMatch(/:11:\d+ \/servers\/1\/spec\/client_secret/);
    expect(stdout).not.toContain('hunter2');
  });

  test('as JSON', async () => {
    await writeFile(join(folder, 'trueup.yaml'), broken);
    const { stdout } = await run('validate', 'trueup.yaml', '--output', 'json');
    const { issues } = JSON.parse(stdout) as { issues: object[] };
    expect(issues[0]).toMatchObject({ line: 4, path: expect.stringContaining('/auth/token') });
  });

  test('files that are not there', async () => {
    const { code, stdout } = await run('validate', 'nowhere.yaml');
    expect(code).toBe(3);
    expect(stdout).toContain('nowhere.yaml:1:1 ');
    expect((await run('validate')).code).toBe(3);
  });
});

describe('the command line itself', () => {
  test.each([
    [['--help'], 0],
    [['plan', '--help'], 0],
    [['help', 'apply'], 0],
    [['help', 'diff'], 0],
    [['help'], 0],
    [['help', 'nothing'], 3],
    [['--version'], 0],
    [['-v'], 0],
    [['version'], 0],
    [['status', '--local', '--output', 'markdown'], 3],
    [['init', '--file', 'here.yaml'], 3],
    [[], 3],
    [['pln'], 3],
    [['plan', '--nonsense'], 3],
    [['plan'], 3],
    [['plan', '--local', '--stack', 'x'], 3],
    [['plan', '--desired-table', 'x'], 3],
    [['apply', '--lock-timeout', 'soon', '--local'], 3],
    [['status', '--file', 'nowhere.yaml'], 3],
    [['plan', '--output', 'xml', '--local'], 3],
    [['approve', 'acme'], 3],
    [['resume', 'a', 'b'], 3],
    [['pause', 'acme', '--until', 'then'], 3],
    [['apply', '--plan', 'nowhere.json', '--local'], 3],
  ])('%j exits with %d; an error tells the next step', async (argv, expected) => {
    const { code, stdout, stderr } = await run(...argv);
    expect(code).toBe(expected);
    expect(expected === 0 ? stderr : stdout).toBe('');
    const said = expected === 0 ? stdout : stderr;
    if (expected !== 0 && argv.length > 0) expect(said).toMatch(/^error: [^]*^next: .+/m);
    expectToFit(said);
  });

  test.each(['plan', 'diff', 'apply'])('help %s shows what %s --help shows', async (name) => {
    expect(await run('help', name)).toEqual(await run(name, '--help'));
  });

  test.each([
    ['pln', 'plan'],
    ['aplly', 'apply'],
    ['export', 'pull'],
    ['logs', 'history'],
    ['ls', 'status'],
    ['hlep', 'help'],
    ['frobnicate', undefined],
    ['x'.repeat(5000), undefined],
  ])('for %s it suggests %s', async (word, meant) => {
    const { code, stderr } = await run(word);
    expect(code).toBe(3);
    const found = /^Did you mean `trueup ([a-z]+)`\?$/m.exec(stderr)?.[1];
    expect(found).toBe(meant);
    expect(stderr).toMatch(/^error: unknown command '/);
  });

  test.each([
    ['--deteiled-exitcode', '--detailed-exitcode'],
    ['--secret', '--secrets'],
    ['--stak', '--stack'],
    ['--frobnicate', undefined],
  ])('for the option %s it suggests %s', async (word, meant) => {
    const { stderr } = await run('plan', word);
    expect(/^Did you mean `([^`]+)`\?$/m.exec(stderr)?.[1]).toBe(meant);
  });

  test.each(commandList.map(({ name }) => name))('%s --help keeps to 80 columns', async (name) => {
    const { code, stdout } = await run(name, '--help');
    expect(code).toBe(0);
    expectToFit(stdout);
  });

  /** But for examples, which one copies, and errors in files, which editors read: those stand in one line. */
  function expectToFit(text: string): void {
    const lines = text.split('\n').filter((line) => !/^ {2}trueup |:\d+:\d+ /.test(line));
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(80);
  }

  test.each(commandList.map(({ name, load }) => [name, load] as const))(
    '%s has two worked examples',
    async (name, load) => {
      const { examples, configure, description } = await load();
      expect(examples).toHaveLength(2);
      for (const { line } of examples) expect(line).toMatch(new RegExp(`\\btrueup ${name}\\b`));
      expect(description).not.toBe('');
      configure(new Command());
      const { stdout } = await run(name, '--help');
      for (const { line, does } of examples) expect(stdout).toContain(`  # ${does}\n  ${line}\n`);
    },
  );
});
