import { ScanCommand, type AttributeValue } from '@aws-sdk/client-dynamodb';
import { randomUUID } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { openLedger } from '../../lib/ledger/ledger.ts';
import { dynamoDbTable } from '../../lib/table/dynamodb/table.ts';
import { passReport } from '../../lib/pass/report.ts';
import { Tally } from '../../lib/pass/tally.ts';
import { at, heldPlan } from './records.ts';
import { TestClock } from '../support/test-clock.ts';
import { itemBytes } from './item-bytes.ts';
import { tableWorld } from '../support/aws-world.ts';
import { sampled } from '../support/sample.ts';

const failing = 10_000;

test.each(
  sampled<[string, string, number]>(
    [
      ['as long as they may be, of four bytes each', '😀', 25],
      ['as long as they may be', 'x', 100],
    ],
    2,
  ),
)(
  'the report of a pass with 10,000 failing servers stays far below 400 KB: names and reasons %s',
  async (_, character, named) => {
    const world = await tableWorld();
    try {
      const request = { connection: 'acme', trigger: 'schedule' } as const;
      const clock = new TestClock(at);
      const tally = new Tally({ clock, random: () => 0 });
      const [label, id] = [character.repeat(128), character.repeat(124)];
      const message = character.repeat(500);
      for (let server = 0; server < failing; server += 1) {
        const reason = { code: 'http-400', message, pointer: `/meta/${character.repeat(200)}` };
        tally.found(`${id}${String(server).padStart(4, '0')}`, {
          outcome: 'failed',
          label,
          reason,
        });
      }
      const reason = { code: 'http-503', message };
      const outcome = {
        seen: { ledger: { pauses: [], servers: new Map(), resend: new Map() } },
        applied: { ending: { state: 'unreachable', reason } as const },
      };
      const table = dynamoDbTable({ client: world.client, table: 'Ledger', clock });
      const ledger = openLedger({ table, clock });
      await ledger.putReport('acme', passReport(request, tally, outcome, clock.now()), true);

      const { Items = [] } = await world.client.send(new ScanCommand({ TableName: 'Ledger' }));
      const sizes = Items.map((item: Record<string, AttributeValue>) => itemBytes(item));
      const keys = new Set(Items.map((item) => item['item']?.S));
      expect(keys).toEqual(new Set(['pass#20261122T120000000Z-000000', 'pass#last']));
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

test.each(
  sampled(
    [
      ['values of 10,000 characters', 'x'.repeat(10_000)],
      ['short values', 'x'.repeat(20)],
    ],
    2,
  ),
)(
  'one item holds 10,000 hashes and their plan, of %s, and so does their approval',
  async (_, text) => {
    const world = await tableWorld();
    try {
      const clock = new TestClock(at);
      const table = dynamoDbTable({ client: world.client, table: 'Ledger', clock });
      const ledger = openLedger({ table, clock });
      const whole = heldPlan(10_000);
      const changes = whole.plan.changes.map((server) => ({
        ...server,
        // As different as real ones.
        id: randomUUID(),
        label: `salesforce-${randomUUID().slice(0, 8)}`,
        changes: server.changes.map((change) => ({
          ...change,
          before: {
            kind: 'value' as const,
            value: `https://${randomUUID().slice(0, 8)}.example.com/mcp`,
          },
          after: { kind: 'value' as const, value: text },
        })),
      }));
      const held = { ...whole, plan: { ...whole.plan, changes } };
      await ledger.putHeld('acme', held);
      await ledger.approve('acme', { digest: held.digest, at });

      const { Items = [] } = await world.client.send(new ScanCommand({ TableName: 'Ledger' }));
      expect(new Set(Items.map((item) => item['item']?.S?.split('#')[0]))).toEqual(
        new Set(['approval', 'held', 'history']),
      );
      expect(Items).toHaveLength(3);
      const sizes = Items.map((item: Record<string, AttributeValue>) => itemBytes(item));
      expect(Math.max(...sizes)).toBeLessThan(400_000);
      const found = await ledger.held('acme', held.digest);
      expect(found?.hashes).toEqual(held.hashes);
      expect(found?.plan.counts.held).toBe(10_000);
      expect(found?.plan.changes.length).toBeGreaterThanOrEqual(5000);
      const [first] = found?.plan.changes ?? [];
      expect(first?.changes[0]?.hash).toBe(held.hashes[0]);
    } finally {
      await world.close();
    }
  },
);
