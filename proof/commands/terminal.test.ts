import { afterEach, describe, expect, test } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { stripVTControlCharacters } from 'node:util';
import { startFleetInFiles } from '../../test/support/fleet-in-files.ts';
import type { FleetInFiles, FleetOptions } from '../../test/support/fleet-in-files.ts';
import { holdPuts, until } from '../../test/support/held.ts';
import { openTerminal } from '../../test/support/terminal.ts';
import type { TerminalOptions } from '../../test/support/terminal.ts';
import { testClock } from '../../test/support/clock.ts';
import { trueup } from '../../test/cli/run.ts';

const question = /Type 'yes' to confirm: /;
const ctrlC = '\u0003';
const ctrlD = '\u0004';
const escape = '\u001B';

let fleet: FleetInFiles;

afterEach(() => fleet?.close());

async function startFleet(options: FleetOptions): Promise<void> {
  fleet = await startFleetInFiles(options);
}

function open(argv: readonly string[], more: Partial<TerminalOptions> = {}) {
  const { folder, options, environment } = fleet;
  return openTerminal([...argv, ...options], {
    cwd: folder,
    ...more,
    environment: { ...environment, ...more.environment },
  });
}

/** What was written, without colours; of each line what stands after the last return to its start. */
function linesOf(bytes: string): readonly string[] {
  return bytes
    .split('\r\n')
    .map((line) => stripVTControlCharacters(line.slice(line.lastIndexOf('\r') + 1)));
}

describe('plan', () => {
  test('has colour, and 80 columns', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'trueup-cli-'));
    try {
      const terminal = openTerminal(['plan', '--local'], { cwd: folder });
      expect(await terminal.ended).toMatchObject({ exitCode: 0 });
      const bytes = terminal.bytes();
      expect(bytes).toContain(`${escape}[33m~ acme-barndoor/salesforce-prod  (adopt)${escape}[39m`);
      expect(bytes).toContain(`${escape}[31m      - "delete_order"${escape}[39m`);
      for (const line of linesOf(bytes)) expect(line.length).toBeLessThanOrEqual(80);
      expect((await terminal.screen()).at(-1)).toBe(
        'Plan: 3 to update, 1 missing, 1 invalid, 5 in sync.',
      );
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  test.each([
    [{ NO_COLOR: '1' }, false],
    [{ FORCE_COLOR: '0' }, false],
    [{ TERM: 'dumb' }, false],
    [{ NO_COLOR: '1', FORCE_COLOR: '1' }, true],
    [{ TERM: 'dumb', FORCE_COLOR: '1' }, true],
  ])('with %j in a terminal: colour %s', async (more, coloured) => {
    await startFleet({ servers: 1 });
    const terminal = open(['plan'], { environment: more });
    await terminal.ended;
    expect(terminal.bytes().includes(`${escape}[33m`)).toBe(coloured);
    expect(linesOf(terminal.bytes()).join('\n')).toMatch(/^~ acme\/.*\n {4}name: /m);
  });

  test('Ctrl-C ends it while the vendor is slow', async () => {
    await startFleet({ servers: 1, latencyMs: 60_000 });
    const terminal = open(['plan']);
    while (fleet.vendor.requests.length === 0) await sleep(5);
    terminal.type(ctrlC);
    expect(await terminal.ended).toMatchObject({ exitCode: 130 });
    expect((await terminal.screen()).slice(-2)).toEqual([
      'error: interrupted; nothing was sent',
      'next: run it again',
    ]);
  });
});

describe('apply asks', () => {
  test("and sends after 'yes'", async () => {
    await startFleet({ servers: 3 });
    const terminal = open(['apply']);
    await terminal.until(question);
    expect(fleet.vendor.counts.put).toBe(0);
    terminal.type('yes\r');
    expect(await terminal.ended).toMatchObject({ exitCode: 0 });
    expect(fleet.changed()).toEqual(fleet.ids);
    expect((await terminal.screen()).join('\n')).toContain('acme: 3 updated; 5 calls');
  });

  test('and says what a yes sends that no unattended pass would', async () => {
    await startFleet({ servers: 3, mode: 'report' });
    const terminal = open(['apply']);
    await terminal.until(question);
    const rows = (await terminal.screen()).join('\n');
    expect(rows).toMatch(
      /This also applies 3 of 3 servers in mode report\.\nApply these changes\?/,
    );
    terminal.type('yes\r');
    expect(await terminal.ended).toMatchObject({ exitCode: 0 });
    expect(fleet.changed()).toEqual(fleet.ids);
  });

  test.each([
    ['another answer', 'y\r', 1, 'Nothing was sent.'],
    ['Ctrl-D', ctrlD, 1, 'Nothing was sent.'],
    ['Ctrl-C', ctrlC, 130, 'interrupted; nothing was sent'],
  ])('and sends nothing after %s', async (_, typed, expected, said) => {
    await startFleet({ servers: 1 });
    const terminal = open(['apply']);
    await terminal.until(question);
    terminal.type(typed);
    expect(await terminal.ended).toMatchObject({ exitCode: expected });
    expect((await terminal.screen()).at(-1)).toBe(said);
    expect(fleet.vendor.counts.put).toBe(0);
    expect(await fleet.lease.read('acme')).toBeUndefined();
  });
});

describe('apply shows how far it is', () => {
  test.each([
    [80, /\[#+\.*\] \d+ of 12 {2}acme\/server-\d+: updated/],
    [200, /\[#+\.*\] \d+ of 12 {2}acme\/server-\d+: updated/],
    [40, /\r\S*?\d+ of 12 {2}acme\/server-\d+: updated/],
  ])('in one row of %d columns, which is removed at the end', async (columns, pattern) => {
    await startFleet({ servers: 12, labelOf: (n) => `server-${n}` });
    const answerPuts = holdPuts(fleet.vendor, { skip: 6 });
    const terminal = open(['apply'], { columns });
    await terminal.until(question);
    terminal.type('yes\r');
    await terminal.until(/6 of 12/);
    const rows = await terminal.screen();
    expect(rows.filter((row) => /\d+ of 12/.test(row))).toHaveLength(1);
    expect(rows.at(-1)).toMatch(/\d+ of 12/);
    answerPuts();
    expect(await terminal.ended).toMatchObject({ exitCode: 0 });
    expect(terminal.bytes()).toMatch(pattern);
    expect((await terminal.screen()).join('\n')).not.toMatch(/\d+ of 12/);
    for (const line of linesOf(terminal.bytes()))
      expect(line.length).toBeLessThanOrEqual(Math.max(columns, 80));
  });

  test('in one row, though names are longer and wider than it', async () => {
    const label = (n: number) => `名前の長いサーバー${'長い'.repeat(20)}${n}`;
    await startFleet({ servers: 6, concurrency: 1, labelOf: label });
    const answerPuts = holdPuts(fleet.vendor, { skip: 3 });
    const terminal = open(['apply', '--yes'], { columns: 40 });
    await terminal.until(/3 of 6/);
    const rows = await terminal.screen();
    const at = rows.findIndex((row) => / of 6/.test(row));
    expect(rows.slice(at)).toEqual([expect.stringMatching(/^\d of 6 {2}acme\/名前/)]);
    answerPuts();
    await terminal.ended;
    expect((await terminal.screen()).join('\n')).not.toMatch(/ of 6/);
  });

  test.each([[{ TERM: 'dumb' }], [{ TERM: 'dumb', NO_COLOR: '1' }]])(
    'in plain lines where the terminal is %j',
    async (environment) => {
      await startFleet({ servers: 2, labelOf: (n) => `server-${n}` });
      const terminal = open(['apply', '--yes'], { environment });
      await terminal.ended;
      expect(terminal.bytes().replaceAll('\r\n', '\n')).not.toMatch(/[^\P{Cc}\n]/u);
      expect(linesOf(terminal.bytes())).toContain('acme/server-1: updated');
    },
  );
});

describe('Ctrl-C in the middle of an apply', () => {
  /** Seven PUTs are answered, three are in flight until they are answered too. */
  const inTheMiddle = async () => {
    await startFleet({ servers: 24, concurrency: 3 });
    const answerPuts = holdPuts(fleet.vendor, { skip: 7, times: 3 });
    const terminal = open(['apply']);
    await terminal.until(question);
    terminal.type('yes\r');
    await until(() => fleet.vendor.counts.put === 10);
    return { terminal, answerPuts };
  };
  const outcomes = async () => {
    const { servers } = await fleet.ledger.read('acme');
    return new Map([...servers].map(([id, { outcome }]) => [id, outcome]));
  };

  test('finishes and records what is in flight and frees the lease; another apply does the rest, each PUT once', async () => {
    const { terminal, answerPuts } = await inTheMiddle();
    terminal.type(ctrlC);
    await terminal.until(/finishing requests in progress/);
    answerPuts();
    expect(await terminal.ended).toMatchObject({ exitCode: 130 });
    const screen = (await terminal.screen()).join('\n');
    expect(screen).toContain(
      'interrupted: finishing requests in progress; press Ctrl-C again to stop at once',
    );
    expect(screen).not.toMatch(/\d+ of 24/);

    const done = fleet.changed();
    const left = fleet.ids.length - done.length;
    expect(done.length).toBe(fleet.vendor.counts.put);
    expect(left).toBeGreaterThan(0);
    expect(screen).toContain(`acme: ${done.length} updated, ${left} unreached`);
    const recorded = await outcomes();
    expect(done.map((id) => recorded.get(id))).toEqual(done.map(() => 'inSync'));
    expect((await fleet.lease.read('acme'))?.owner).toBeUndefined();

    const status = open(['status', 'acme']);
    await status.ended;
    const shown = (await status.screen()).join('\n');
    expect(shown).toContain('the last pass was interrupted');
    expect(shown.match(/= .*: in sync since /g)).toHaveLength(done.length);

    const again = open(['apply', '--yes']);
    expect(await again.ended).toMatchObject({ exitCode: 0 });
    expect((await again.screen()).join('\n')).toContain(
      `acme: ${left} updated, ${done.length} in sync`,
    );
    expect(fleet.changed()).toEqual(fleet.ids);
    const puts = fleet.vendor.requests.filter(({ method }) => method === 'PUT');
    expect(puts.map(({ path }) => path).toSorted()).toEqual(
      [...new Set(puts.map(({ path }) => path))].toSorted(),
    );
    expect(puts).toHaveLength(fleet.ids.length);
  });

  test('twice stops at once; after the lease has expired, another apply reads the results of requests in progress', async () => {
    const { terminal, answerPuts } = await inTheMiddle();
    terminal.type(ctrlC);
    await terminal.until(/press Ctrl-C again to stop at once/);
    terminal.type(ctrlC);
    expect(await terminal.ended).toMatchObject({ exitCode: 130 });
    expect(fleet.changed()).toHaveLength(7);
    expect((await terminal.screen()).at(-1)).toBe(
      'stopped at once; the next run checks the requests that were in flight',
    );
    expect((await fleet.lease.read('acme'))?.owner).toBeDefined();
    const status = await run(['status', 'acme']);
    // Where it cannot be known that the process has ended, its lease has to expire.
    expect(status.stdout).toMatch(/reconciled now(:| by) trueup apply, process /);

    answerPuts();
    const clock = testClock();
    clock.advance(120_000);
    const again = await run(['apply', '--yes'], { wiring: { clock } });
    expect(again.code).toBe(0);
    expect(fleet.changed()).toEqual(fleet.ids);
    expect(new Set((await outcomes()).values())).toEqual(new Set(['inSync']));
    expect((await fleet.lease.read('acme'))?.owner).toBeUndefined();
  });

  test('a terminal that is closed is the same as Ctrl-C', async () => {
    const { terminal, answerPuts } = await inTheMiddle();
    terminal.signal('SIGHUP');
    await terminal.until(/finishing requests in progress/);
    answerPuts();
    expect(await terminal.ended).toMatchObject({ exitCode: 130 });
    const recorded = await outcomes();
    expect(fleet.changed().length).toBe(fleet.vendor.counts.put);
    expect(fleet.changed().map((id) => recorded.get(id))).toEqual(
      fleet.changed().map(() => 'inSync'),
    );
    expect((await fleet.lease.read('acme'))?.owner).toBeUndefined();
  });

  const run = (argv: readonly string[], more: Parameters<typeof trueup>[1] = {}) =>
    trueup([...argv, ...fleet.options], {
      cwd: fleet.folder,
      environment: fleet.environment,
      ...more,
    });
});

describe('what a vendor writes', () => {
  const nasty = [
    `${escape}]0;pwned\u0007`,
    `${escape}[2J${escape}[31m`,
    '\u009b2J\u009d0;pwned\u009c',
    '\rPlan: nothing to update.\n',
    '\b\b\u202e\u200b',
    `${escape}P+q544e${escape}\\`,
  ].join('x');

  test('is text in a terminal: no code of it arrives', async () => {
    await startFleet({ servers: 2 });
    const { vendor, ids } = fleet;
    const [a = '', b = ''] = ids;
    vendor.edit(a, { name: `Before ${nasty}` });
    vendor.add({ id: 'undeclared', name: `Nobody's ${nasty}` });
    const message = `no: ${nasty}`;
    vendor.misbehave({
      operation: 'put',
      id: b,
      effect: { kind: 'status', status: 422, body: { error: 'invalid', message } },
    });
    const terminals = [
      open(['plan'], { environment: { NO_COLOR: '1' } }),
      open(['import', 'acme'], { environment: { NO_COLOR: '1' } }),
    ];
    for (const terminal of terminals) await terminal.ended;
    const apply = open(['apply', '--yes'], { environment: { NO_COLOR: '1' } });
    expect(await apply.ended).toMatchObject({ exitCode: 1 });
    const status = open(['status', 'acme'], { environment: { NO_COLOR: '1' } });
    await status.ended;
    for (const terminal of [...terminals, apply, status]) {
      // Trueup's own, of the line of progress.
      const own = new RegExp(String.raw`\r(?:\x1b\[\?7l.*?)?\x1b\[K(?:\x1b\[\?7h)?`, 'g');
      const rest = terminal.bytes().replaceAll(own, '').replaceAll('\r\n', '\n');
      expect(rest).not.toMatch(/[^\P{Cc}\n]|[\u202e\u200b]/u);
    }
    expect(terminals[0]?.bytes()).toContain(String.raw`Before \u001b]0;pwned\u0007x`);
    expect((await status.screen()).join(' ').replaceAll(/\s+/g, ' ')).toMatch(
      /: failed since \S+ \S+ UTC PUT \S+ answered HTTP 422: invalid: no: x+ Plan: nothing to update\. x/,
    );
  });
});
