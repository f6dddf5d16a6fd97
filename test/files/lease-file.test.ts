import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { leaseFile } from '../../lib/files/lease-file.ts';
import { leaseContract } from '../contracts/lease-contract.ts';
import { temporaryFolder, type TemporaryFolder } from './temporary-folder.ts';

leaseContract('A state folder', async () => {
  const { path: folder, remove } = await temporaryFolder();
  return { lease: leaseFile({ folder }), other: leaseFile({ folder }), close: remove };
});

describe('The lease in a state folder', () => {
  let folder: TemporaryFolder;
  beforeEach(async () => {
    folder = await temporaryFolder();
  });
  afterEach(() => folder.remove());

  const time = '2026-11-22T12:00:00.000Z';
  const whole = {
    epoch: 1,
    takenOver: false,
    knocks: 0,
    window: [],
  };
  const retry = { attempts: 1, notBefore: time, key: 'k' };
  test.each<[string, unknown]>([
    ['no JSON', '{'],
    ['a list', []],
    ['little', { epoch: 1, knocks: 0 }],
    ['an epoch that is text', { ...whole, epoch: '1' }],
    ['an expiry that is text', { ...whole, expiresAt: time }],
    ['knocks of something else', { ...whole, knocked: [1] }],
    ['a window without times', { ...whole, window: [{ start: 'noon', changed: 1 }] }],
    ['a retry without a time', { ...whole, retry: { ...retry, notBefore: 'soon' } }],
    ['a retry without a key', { ...whole, retry: { ...retry, key: undefined } }],
    ['a budget without a clock', { ...whole, budget: { tokens: 1, at: 1 } }],
  ])('a damaged file fails, by name, and no other connection with it: %s', async (_, content) => {
    const lease = leaseFile({ folder: folder.path });
    const acquire = (connection: string) =>
      lease.acquire(connection, { owner: 'one', expiresAt: 100, overBefore: 50 });
    await acquire('acme');
    const text = typeof content === 'string' ? content : JSON.stringify(content);
    await writeFile(join(folder.path, 'ledger', 'acme', 'lease.json'), text);
    await expect(acquire('acme')).rejects.toMatchObject({ code: 'store-malformed' });
    await expect(lease.read('acme')).rejects.toThrow(/lease\.json is damaged/);
    expect(await acquire('other')).toMatchObject({ epoch: 1 });
  });
});
