import { describe, expect, test } from '@jest/globals';
import { eventDetail } from '../../lib/work/event-detail.ts';
import { change, heldPlan, report } from '../ledger/records.ts';

const parsed = (detail: string) => JSON.parse(detail) as Record<string, unknown>;
const pass = '20261122T120000000Z-aaaaaa';

describe('the detail of an event', () => {
  test('Server Updated has the change', () => {
    const event = { type: 'Server Updated', connection: 'acme', change: change('a') } as const;
    expect(parsed(eventDetail(event))).toEqual({
      version: 1,
      connection: 'acme',
      pass,
      server: 'a',
      at: '2026-11-22T12:00:00.000Z',
      trigger: 'schedule',
      fields: [
        {
          pointer: '/name',
          cause: 'drift',
          before: { kind: 'value', value: 'live a' },
          after: { kind: 'value', value: 'declared a' },
        },
      ],
    });
  });

  test('Drift Detected, Update Failed and Plan Held have their members, less the type', () => {
    const where = { connection: 'acme', pass, server: 'a', label: 'A' } as const;
    const drift = { type: 'Drift Detected', ...where, pointers: ['/name'] } as const;
    expect(parsed(eventDetail(drift))).toEqual({ version: 1, ...where, pointers: ['/name'] });
    const reason = { code: 'http-400', message: 'no' };
    const failed = { type: 'Update Failed', ...where, outcome: 'failed', reason } as const;
    expect(parsed(eventDetail(failed))).toEqual({
      version: 1,
      ...where,
      outcome: 'failed',
      reason,
    });
    const { digest, plan } = heldPlan(2);
    const held = {
      type: 'Plan Held',
      connection: 'acme',
      pass,
      digest,
      guard: plan.guard,
    } as const;
    const { type: _type, ...rest } = held;
    expect(parsed(eventDetail(held))).toEqual({ version: 1, ...rest });
  });

  test('Pass Completed is the report', () => {
    const event = { type: 'Pass Completed', report: report() } as const;
    expect(parsed(eventDetail(event))).toEqual({ version: 1, ...report() });
  });

  test('is cut where it is too large, and says so', () => {
    const field = change('a').fields[0];
    if (!field) throw new Error('no field');
    const after = { kind: 'value', value: 'x'.repeat(350_000) } as const;
    const one = { ...change('a'), fields: [{ ...field, after }] };
    const cut = eventDetail({ type: 'Server Updated', connection: 'acme', change: one });
    expect(cut.length).toBeLessThan(5000);
    expect(cut).toContain('… (350002 characters)');

    const fields = Array.from({ length: 3000 }, () => ({
      ...field,
      after: { ...after, value: 'é' },
    }));
    const many = { ...change('a'), fields };
    const detail = eventDetail({ type: 'Server Updated', connection: 'acme', change: many });
    expect(Buffer.byteLength(detail)).toBeLessThan(100_001);
    const shown = parsed(detail);
    expect((shown['fields'] as unknown[]).length + Number(shown['omitted'])).toBe(3000);

    const pointers = Array.from({ length: 3000 }, (_, n) => `/meta/${n}/${'x'.repeat(300)}`);
    const drift = {
      type: 'Drift Detected',
      connection: 'acme',
      pass,
      server: 'a',
      pointers,
    } as const;
    expect(Buffer.byteLength(eventDetail(drift))).toBeLessThan(100_001);
    expect(parsed(eventDetail(drift))).toHaveProperty('omitted');
  });
});
