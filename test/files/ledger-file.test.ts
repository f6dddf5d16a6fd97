import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { ledgerFile } from '../../lib/files/ledger-file.ts';
import { appendToLog, readLog } from '../../lib/files/line-log.ts';
import { StoreError } from '../../lib/reconcile/ports/store-error.ts';
import { ledgerContract } from '../contracts/ledger-contract.ts';
import { at, change, heldPlan, report, server } from '../contracts/records.ts';
import { day, TestClock } from '../contracts/test-clock.ts';
import { temporaryFolder, type TemporaryFolder } from './temporary-folder.ts';

ledgerContract('A state folder', async () => {
  const { path, remove } = await temporaryFolder();
  const clock = new TestClock(at);
  const options = { folder: join(path, 'state'), clock };
  return { ledger: ledgerFile(options), other: ledgerFile(options), clock, close: remove };
});

describe('The ledger in a state folder', () => {
  let temporary: TemporaryFolder;
  let folder: string;
  let clock: TestClock;
  beforeEach(async () => {
    temporary = await temporaryFolder();
    folder = join(temporary.path, 'a', '.trueup');
    clock = new TestClock(at);
  });
  afterEach(() => temporary.remove());
  const open = () => ledgerFile({ folder, clock });
  const modeOf = async (...names: string[]) =>
    ((await stat(join(folder, ...names))).mode & 0o777).toString(8);
  const of = (...names: string[]) => join(folder, 'ledger', 'acme', ...names);

  test('comes to be with the first write, closed to others and to Git', async () => {
    await open().read('acme');
    await expect(stat(folder)).rejects.toThrow('ENOENT');
    await open().writeServer('acme', server('a'));
    expect(await modeOf()).toBe('700');
    expect(await modeOf('ledger', 'acme')).toBe('700');
    expect(await modeOf('ledger', 'acme', 'servers', 'a.json')).toBe('600');
    expect(await readFile(join(folder, '.gitignore'), 'utf8')).toBe('*\n');
  });

  test('leaves no draft and no lock behind', async () => {
    await open().writeServer('acme', server('a'));
    await open().putReport('acme', report(), true);
    expect((await readdir(of(), { recursive: true })).toSorted()).toEqual([
      'last-pass.json',
      'passes.jsonl',
      'servers',
      'servers/a.json',
    ]);
  });

  test('what a crash left half-written is not seen, and does not stand in the way', async () => {
    const first = await open().writeServer('acme', server('a'));
    await open().addChange('acme', change('a'));
    await writeFile(of('servers', 'a.json.new'), '{"id":"a","rev":2,"out');
    await writeFile(of('changes.jsonl'), '{"server":"a","at":"2026', { flag: 'a' });
    expect((await open().read('acme')).servers).toEqual(new Map([['a', first]]));
    expect(await open().history('acme')).toEqual([change('a')]);
    const second = await open().writeServer('acme', first);
    await open().addChange('acme', change('b'));
    expect((await open().read('acme')).servers.get('a')).toEqual(second);
    expect((await open().history('acme')).map((one) => one.server)).toEqual(['b', 'a']);
  });

  const damaged: [string, unknown][] = [
    ['no JSON', 'secret-looking text'],
    ['a list', []],
    ['no rev', { ...server('a'), rev: '1' }],
    ['an unknown outcome', { ...server('a', { rev: 1 }), outcome: 'splendid' }],
    ['a time that is none', { ...server('a', { rev: 1 }), since: 'yesterday' }],
    ['a broken field', { ...server('a', { rev: 1 }), applied: { '/name': {} } }],
    ['a broken exchange', { ...server('a', { rev: 1 }), undecided: { '/name': {} } }],
  ];
  test.each(damaged)('a record with %s fails its connection, by file', async (_what, content) => {
    await open().writeServer('acme', server('a'));
    await open().writeServer('beta', server('a'));
    const text = typeof content === 'string' ? content : JSON.stringify(content);
    await writeFile(of('servers', 'a.json'), text);
    const error: unknown = await open()
      .read('acme')
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(StoreError);
    expect(error).toMatchObject({ code: 'store-malformed' });
    expect(String(error)).toContain(of('servers', 'a.json'));
    expect(String(error)).not.toContain('secret-looking');
    expect((await open().read('beta')).servers.size).toBe(1);
  });

  test('damaged marks fail: that nothing was marked is not to be believed', async () => {
    await open().markResend('acme', 'a', 'm');
    await writeFile(of('resend', 'a.json'), '{"id":"a","marks":[{"toString":""}]}');
    await expect(open().read('acme')).rejects.toMatchObject({ code: 'store-malformed' });
  });

  test('a damaged pause is a pause without an end; damaged history is left out', async () => {
    await open().pause('acme', { at, until: at });
    await open().pause('acme', { id: 'a', at });
    await writeFile(of('pause.json'), '{');
    await writeFile(of('pauses', 'a.json'), '{"id":"a","until":"whenever"}');
    const epoch = new Date(0).toISOString();
    expect((await open().read('acme')).pauses).toEqual([{ at: epoch }, { id: 'a', at: epoch }]);
    await writeFile(of('changes.jsonl'), '7\n{}\nnull\n{"server":"a","at":"x","fields":[]}\n');
    await writeFile(of('passes.jsonl'), '[]\n{"pass":"x"}\n');
    await writeFile(of('last-pass.json'), '{');
    expect(await open().history('acme')).toEqual([]);
    expect(await open().reports('acme')).toEqual([]);
    expect(await open().lastReport('acme')).toBeUndefined();
  });

  test('a damaged held plan fails, a damaged approval permits nothing', async () => {
    const held = heldPlan(1);
    await open().putHeld('acme', held);
    await open().approve('acme', { digest: held.digest, at });
    await writeFile(of('approvals', `${held.digest}.json`), '{"at":');
    expect(await open().approvals('acme', clock.now())).toEqual([]);
    await writeFile(of('approvals', `${held.digest}.json`), `{"at":"${at}","hashes":7}`);
    expect(await open().approvals('acme', clock.now())).toEqual([]);
    const odd = [
      { at, hashes: [{ toString: '' }] },
      { at: '100000%', hashes: held.hashes },
    ];
    for (const approval of odd) {
      await writeFile(of('approvals', `${held.digest}.json`), JSON.stringify(approval));
      expect(await open().approvals('acme', clock.now())).toEqual([]);
    }
    await writeFile(of('held', `${held.digest}.json`), '{}');
    await expect(open().held('acme', held.digest)).rejects.toMatchObject({
      code: 'store-malformed',
    });
  });

  test('plans and approvals that are over are cleared away', async () => {
    const [one, two] = [heldPlan(1), heldPlan(2)];
    await open().putHeld('acme', one);
    await open().approve('acme', { digest: one.digest, at });
    clock.advance(8 * day);
    await open().putHeld('acme', { ...two, at: clock.time() });
    expect(await readdir(of('held'))).toEqual([`${two.digest}.json`]);
    expect(await readdir(of('approvals'))).toEqual([]);
  });

  test('no name and no digest leads out of its folder', async () => {
    for (const name of ['..', '../x', 'a/b', '', 'A', '/etc']) {
      await expect(open().writeServer(name, server('a'))).rejects.toThrow(StoreError);
      await expect(open().read(name)).rejects.toThrow(StoreError);
    }
    for (const id of ['..', '../../../../x', '.', 'A', 'CON', '~x']) {
      await open().writeServer('acme', server(id));
    }
    expect((await readdir(of('servers'))).every((name) => /^~[0-9a-f]{64}\.json$/.test(name))).toBe(
      true,
    );
    expect(await open().held('acme', '../../x')).toBeUndefined();
    expect(await readdir(temporary.path)).toEqual(['a']);
  });

  test('a folder that cannot be made, or is none, is a StoreError', async () => {
    await mkdir(join(temporary.path, 'a'));
    await writeFile(folder, 'a file');
    await expect(open().writeServer('acme', server('a'))).rejects.toThrow(StoreError);
    await expect(open().read('acme')).rejects.toThrow(StoreError);
    await rm(folder);
  });

  test('a log goes on in a new file when it is full, and keeps the last one', async () => {
    const log = join(temporary.path, 'log.jsonl');
    for (let n = 0; n < 100; n += 1) appendToLog(log, { n, text: 'x'.repeat(30) }, 1000);
    const found = readLog(log).map((record) => (record as { n: number }).n);
    expect(found.at(-1)).toBe(99);
    expect(found.length).toBeGreaterThan(20);
    expect(found).toEqual(Array.from({ length: found.length }, (_, n) => 100 - found.length + n));
    expect((await readdir(temporary.path)).toSorted()).toEqual(['log.jsonl', 'log.jsonl.1']);
    expect((await stat(log)).size).toBeLessThanOrEqual(1000);
    appendToLog(log, { text: 'y'.repeat(5000) }, 1000);
    expect(readLog(log).at(-1)).toEqual({ text: 'y'.repeat(5000) });
  });
});
