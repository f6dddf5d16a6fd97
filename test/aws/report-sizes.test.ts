import { ScanCommand, type AttributeValue } from '@aws-sdk/client-dynamodb';
import { expect, test } from '@jest/globals';
import { ledgerTable } from '../../lib/aws/ledger-table.ts';
import { PassState } from '../../lib/pass/tally.ts';
import { at } from '../contracts/records.ts';
import { TestClock } from '../contracts/test-clock.ts';
import { itemBytes } from './item-bytes.ts';
import { tableWorld } from './world.ts';

const failing = 10_000;

test.each([
  ['as long as they may be, of four bytes each', '😀', 25],
  ['as long as they may be', 'x', 100],
])(
  'the report of a pass with 10,000 failing servers stays far below 400 KB: names and reasons %s',
  async (_, character, named) => {
    const world = await tableWorld();
    try {
      const request = { connection: 'acme', trigger: 'schedule' } as const;
      const state = new PassState('20261122T120000000Z-aaaaaa', request, Date.parse(at));
      const [label, id] = [character.repeat(128), character.repeat(124)];
      const message = character.repeat(500);
      for (let server = 0; server < failing; server += 1) {
        const reason = { code: 'http-400', message, pointer: `/meta/${character.repeat(200)}` };
        state.found(`${id}${String(server).padStart(4, '0')}`, {
          outcome: 'failed',
          label,
          reason,
        });
      }
      state.ended('unreachable', { code: 'http-503', message });
      const ledger = ledgerTable({
        client: world.client,
        table: 'Ledger',
        clock: new TestClock(at),
      });
      await ledger.putReport('acme', state.report(Date.parse(at)), true);

      const { Items = [] } = await world.client.send(new ScanCommand({ TableName: 'Ledger' }));
      const sizes = Items.map((item: Record<string, AttributeValue>) => itemBytes(item));
      const keys = new Set(Items.map((item) => item['item']?.S));
      expect(keys).toEqual(new Set(['pass#20261122T120000000Z-aaaaaa', 'pass#last']));
      expect(Math.max(...sizes)).toBeLessThan(201_000);
      const last = await ledger.lastReport('acme');
      expect(last?.counts.failed).toBe(failing);
      expect(last?.details).toHaveLength(named);
      expect(last?.details[0]).toMatchObject({ outcome: 'failed', label, reason: { message } });
    } finally {
      await world.close();
    }
  },
);
