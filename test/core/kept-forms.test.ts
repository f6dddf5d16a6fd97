import { describe, expect, test } from '@jest/globals';
import {
  faultInRecord,
  isChange,
  isChangedFields,
  isPlan,
  isReport,
} from '../../lib/core/kept-forms.ts';
import { setAt } from '../../lib/core/pointer.ts';
import type { Json, JsonObject } from '../../lib/core/json.types.ts';
import { recordOf } from './support/builders.ts';
import { fieldChange, passReport, plannedServer, planOf } from './support/plans.ts';

const changed = (value: object, pointer: string, to: Json | undefined) =>
  setAt(value as JsonObject, pointer, to);

describe('what the ledger gives back', () => {
  test('a record names its first fault', () => {
    const record = recordOf({
      retry: { attempts: 1, notBefore: '2026-11-22T12:00:00Z', key: 'k' },
    });
    expect(faultInRecord(record)).toBeUndefined();
    expect(faultInRecord({ ...record, unknown: 1 })).toBeUndefined();
    expect(faultInRecord(changed(record, '/retry/key', {}))).toBe('retry.key');
    expect(faultInRecord(changed(record, '/rev', 0))).toBe('rev');
    expect(faultInRecord('text')).toBe('its root');
  });

  test.each([
    ['/counts/updated', 'many'],
    ['/counts/updated', undefined],
    ['/startedAt', '100000%'],
    ['/details', [{ id: 's1', outcome: 'fine' }]],
  ])('a report with another %s is none', (pointer, value) => {
    const report = passReport();
    expect(isReport(report)).toBe(true);
    expect(isReport(changed(report, pointer, value))).toBe(false);
  });

  test('a change is one with all its fields', () => {
    const { pointer, cause, before, after } = fieldChange();
    const fields = [{ pointer, cause, before, after }];
    const at = '2026-11-22T12:00:00.000Z';
    expect(isChangedFields(fields)).toBe(true);
    expect(isChangedFields([{ pointer, cause, before }])).toBe(false);
    expect(isChange({ server: 's1', at, pass: 'p1', trigger: 'cli', fields })).toBe(true);
    expect(isChange({ server: 's1', at, pass: 'p1', trigger: 'cli', fields: [{}] })).toBe(false);
  });

  test('a plan is one, and not endless', () => {
    const plan = planOf([plannedServer()]);
    expect(isPlan(plan)).toBe(true);
    expect(isPlan({ ...plan, counts: {} })).toBe(false);
    const deep = JSON.parse('['.repeat(9_000) + ']'.repeat(9_000)) as Json;
    const value = fieldChange({ before: { kind: 'value', value: deep } });
    expect(isPlan(planOf([plannedServer({ changes: [value] })]))).toBe(false);
  });
});
