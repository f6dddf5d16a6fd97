import type { Json } from '../../model/json/json.types.ts';
import { isJsonObject } from '../../model/json/json.ts';
import type { PassReport } from '../../model/ledger.types.ts';
import type { Plan } from '../plan.types.ts';
import type { PlanDocument } from './plan-schema.ts';
import { printable } from '../../model/text/shown-value.ts';

/*
 * JSON output for programs. `version` is the version of the schema: it stays 1 while members are only added, and
 * readers ignore members that they do not know. Keys are sorted, so that two plans can be compared line by line. In
 * values, control and invisible characters are escaped.
 */

export function renderPlanJson(plan: Plan): string {
  return render(plan);
}

/** Plans of several connections: what `--output json` prints, and `--out FILE` writes. */
export function renderPlanDocument(document: PlanDocument): string {
  return render(document);
}

/** A pass's report, with the version of its schema. */
export function renderReportJson(report: PassReport): string {
  return render({ version: 1, ...report });
}

/** Reports of several connections: what `trueup apply --output json` prints. */
export function renderReportsJson(reports: readonly PassReport[]): string {
  return render({ version: 1, reports });
}

function render(value: object): string {
  return `${printable(JSON.stringify(sorted(value as Json), undefined, 2))}\n`;
}

function sorted(value: Json): Json {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.keys(value)
      .toSorted()
      .map((key) => [key, sorted(value[key] as Json)]),
  );
}
