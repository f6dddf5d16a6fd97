import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { stateTable } from '../../../lib/table/sqlite/state-table.ts';
import { StoreError } from '../../../lib/model/errors/store-error.ts';
import { TestClock } from '../../support/test-clock.ts';
import { tableContract } from '../table-contract.ts';
import { temporaryFolder, type TemporaryFolder } from '../../support/temporary-folder.ts';

tableContract('A state folder', async () => {
  const { path, remove } = await temporaryFolder();
  const open = () => stateTable(join(path, 'state'), new TestClock());
  const [table, other] = [open(), open()];
  return {
    table,
    other,
    close: async () => {
      for (const one of [table, other]) one.close();
      await remove();
    },
  };
});

describe('The table of a state folder', () => {
  let temporary: TemporaryFolder;
  let folder: string;
  beforeEach(async () => {
    temporary = await temporaryFolder();
    folder = join(temporary.path, 'a', '.trueup');
  });
  afterEach(() => temporary.remove());
  const open = () => stateTable(folder, new TestClock());
  const modeOf = async (...names: string[]) =>
    ((await stat(join(folder, ...names))).mode & 0o777).toString(8);

  test('is made by the first write, closed to others and to Git', async () => {
    const table = open();
    expect(await table.query('acme')).toEqual([]);
    expect(await table.getMany('acme', ['a'])).toEqual([]);
    expect(await table.remove('acme', 'a', 1)).toBe(true);
    table.close();
    await expect(stat(folder)).rejects.toThrow('ENOENT');
    const again = open();
    await again.put('acme', 'a', {});
    expect(await modeOf()).toBe('700');
    expect(await modeOf('state.db')).toBe('600');
    expect(await readFile(join(folder, '.gitignore'), 'utf8')).toBe('*\n');
    again.close();
    expect((await readdir(folder)).toSorted()).toEqual(['.gitignore', 'state.db']);
  });

  test('is read by one that found no file before', async () => {
    const [one, two] = [open(), open()];
    expect(await one.get('acme', 'a')).toBeUndefined();
    await two.put('acme', 'a', { n: 1 });
    expect(await one.get('acme', 'a')).toMatchObject({ value: { n: 1 } });
    for (const table of [one, two]) table.close();
  });

  test('is not opened again once it was closed', async () => {
    const table = open();
    await table.put('acme', 'a', {});
    table.close();
    table.close();
    await expect(table.get('acme', 'a')).rejects.toThrow(StoreError);
    await expect(table.put('acme', 'a', {})).rejects.toThrow(StoreError);
  });

  test('is a StoreError where the folder cannot be created, or is not a folder', async () => {
    await mkdir(join(temporary.path, 'a'));
    await writeFile(folder, 'a file');
    await expect(open().put('acme', 'a', {})).rejects.toThrow(StoreError);
    await rm(folder);
  });
});
