import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { connection, serverIds, startWorld } from '../../support/world.ts';
import type { TestWorld } from '../../support/world.ts';
import { onTables } from '../run.ts';

const [a = '', b = '', ...more] = serverIds(14);
const hour = 3_600_000;

let world: TestWorld;
let run: ReturnType<typeof onTables>['run'];

beforeEach(async () => {
  world = await startWorld({
    servers: [a, b, ...more].map((id) => ({ id, name: `Old ${id}` })),
  });
  run = onTables(world, world.clock).run;
  await world.declareConnection();
  await world.declare(
    { id: a, label: 'first', spec: { name: 'A', slug: 'one' } },
    { id: b, label: 'second', spec: { name: 'B' } },
  );
  await world.pass();
});

afterEach(() => world.close());

/** Another tool edits a server, and the next pass corrects it. */
async function corrected(id: string, edit: Record<string, unknown>): Promise<string> {
  world.clock.advance(hour);
  world.barndoor.edit(id, edit);
  const at = new Date(world.clock.now()).toISOString().slice(0, 13);
  expect((await world.pass()).counts.updated).toBe(1);
  return at;
}

interface Shown {
  readonly connections: readonly {
    readonly approved: readonly { readonly digest: string; readonly usedAt?: string }[];
    readonly servers: readonly {
      readonly label?: string;
      readonly fights?: readonly { readonly pointer: string; readonly times: readonly string[] }[];
    }[];
  }[];
}

const shown = async (...argv: readonly string[]) =>
  (JSON.parse((await run(['status', ...argv, '--output', 'json'])).stdout) as Shown).connections;

test('a field that was corrected three times within a day names itself, with the times', async () => {
  await corrected(a, { name: 'Drift 1' });
  await corrected(a, { name: 'Drift 2', slug: 'other' });
  await corrected(b, { name: 'Drift' });
  expect((await run(['status'])).stdout).not.toContain('fight');
  expect((await run(['status', '--exit-code'])).code).toBe(0);
  await corrected(a, { name: 'Drift 3' });

  const text = await run(['status', '--exit-code']);
  expect(text.code).toBe(1);
  expect(text.stdout).toMatch(
    / {4}! first: in sync since .* UTC\n {8}fight: name was corrected 3 times in 24 hours: \d\d:\d\d, \d\d:\d\d, \d\d:\d\d UTC\n {8}next: trueup history acme\/first --since 24h --desired-table/,
  );
  const narrow = await run(['status'], { terminal: true, columns: 60 });
  expect(narrow.stdout).toMatch(
    /\n {8}next: trueup history acme\/first --since 24h \\\n {12}--desired-table/,
  );
  expect(text.stdout).not.toContain('second');
  const [all] = await shown();
  expect(all?.servers.map(({ label, fights }) => [label, fights?.length])).toEqual([
    ['first', 1],
    ['second', undefined],
  ]);
  const [fight] = all?.servers[0]?.fights ?? [];
  expect(fight?.pointer).toBe('/name');
  expect(fight?.times).toHaveLength(3);
  expect(fight?.times).toEqual(fight?.times.toSorted());
  const [failing] = await shown('--failing');
  expect(failing?.servers.map(({ label }) => label)).toEqual(['first']);

  world.clock.advance(22 * hour);
  expect((await run(['status'])).stdout).not.toContain('fight');
});

test('a field that was only declared repeatedly is not a fight', async () => {
  for (const name of ['X', 'Y', 'Z', 'X']) {
    world.clock.advance(hour);
    // oxlint-disable-next-line no-await-in-loop
    await world.declare({ id: a, label: 'first', spec: { name } });
    // oxlint-disable-next-line no-await-in-loop
    expect((await world.pass()).counts.updated).toBe(1);
  }
  expect((await run(['status'])).stdout).not.toContain('fight');
});

test('of many corrections the last times are shown, and a status reads one page of history', async () => {
  for (let n = 0; n < 7; n += 1) {
    // oxlint-disable-next-line no-await-in-loop
    await corrected(a, { name: `Drift ${n}` });
  }
  world.callsSince();
  const { stdout } = await run(['status', 'acme/first']);
  expect(stdout.replaceAll(/\s+/g, ' ')).toMatch(
    /corrected 7 times in 24 hours, last \d\d:\d\d, \d\d:\d\d, \d\d:\d\d, \d\d:\d\d, \d\d:\d\d UTC/,
  );
  // Rows of the selection and of the status, the ledger, held plans, approvals; and the history.
  expect(world.callsSince()['Query']).toBe(6);
  for (const line of stdout.split('\n')) {
    if (!line.includes('next:')) expect(line.length).toBeLessThanOrEqual(80);
  }
});

test('an approval is for 24 hours until it is used, and then shown as used', async () => {
  await world.declare(...[a, b, ...more].map((id) => ({ id, spec: { name: `New ${id}` } })));
  const { held = '' } = await world.pass();
  await run(['approve', connection, held, '--yes']);
  expect((await run(['status'])).stdout).toMatch(/approved: \w{12}, .* by .*,\s+for\s+24\s+hours/);
  const [before] = await shown();
  expect(before?.approved).toEqual([expect.not.objectContaining({ usedAt: expect.anything() })]);
  world.clock.advance(hour);
  expect((await world.pass()).counts.updated).toBe(14);
  expect((await run(['status'])).stdout).toMatch(/approved: \w{12}, .* by .*,\s+used\s+\d{4}-/);
  const [after] = await shown();
  expect(after?.approved).toMatchObject([{ digest: held, usedAt: expect.any(String) }]);
});
