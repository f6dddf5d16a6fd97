import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { planDocumentSchema } from '../../../lib/plan/text/plan-schema.ts';
import { reportDocumentSchema } from '../../../lib/plan/text/report-schema.ts';
import {
  renderPlanDocument,
  renderPlanJson,
  renderReportJson,
  renderReportsJson,
} from '../../../lib/plan/text/render-json.ts';
import { schemaIssues } from '../../../lib/desired/rules/schema-issues.ts';
import { fieldChange, passReport, plannedServer, planOf } from '../support/plans.ts';

const planWith = (value: string, label = 'l') =>
  planOf([
    plannedServer({
      label,
      changes: [fieldChange({ after: { kind: 'value', value: { value } } })],
    }),
  ]);

describe('renderPlanJson', () => {
  test('is the whole plan, and safe to print', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string(), (value, label) => {
        const plan = planWith(value, label);
        const text = renderPlanJson(plan);
        expect(JSON.parse(text)).toEqual(plan);
        expect(text).not.toMatch(/[^\P{Cc}\n]|\p{Default_Ignorable_Code_Point}/u);
      }),
    );
  });

  test('is the same text for the same plan, in whatever order it was made', () => {
    const plan = planWith('x');
    const turned = Object.fromEntries(Object.entries(plan).toReversed()) as unknown as typeof plan;
    expect(renderPlanJson(turned)).toBe(renderPlanJson(plan));
  });

  test('keeps a member named __proto__', () => {
    const value = JSON.parse('{"__proto__":{"a":1}}');
    const plan = planOf([
      plannedServer({ changes: [fieldChange({ after: { kind: 'value', value } })] }),
    ]);
    expect(renderPlanJson(plan)).toContain('"__proto__": {');
  });
});

test('a report says the version of its form', () => {
  const text = renderReportJson(passReport());
  expect(JSON.parse(text)).toEqual({ version: 1, ...passReport() });
  expect(text).toMatch(/^\{\n {2}"connection": "acme",\n/);
  expect(text.endsWith('}\n')).toBe(true);
});

describe('documents of several connections', () => {
  test('a document is read as it was written', () => {
    const document = { version: 1, plans: [planOf([plannedServer()])] } as const;
    const read: unknown = JSON.parse(renderPlanDocument(document));
    expect(read).toEqual(document);
    expect(schemaIssues(planDocumentSchema, read)).toEqual([]);
    expect(planDocumentSchema.parse(read)).toEqual(document);
  });

  test('reports', () => {
    const read: unknown = JSON.parse(renderReportsJson([passReport()]));
    expect(read).toEqual({ version: 1, reports: [passReport()] });
    expect(schemaIssues(reportDocumentSchema, read)).toEqual([]);
    expect(reportDocumentSchema.parse(read)).toEqual(read);
  });
});
