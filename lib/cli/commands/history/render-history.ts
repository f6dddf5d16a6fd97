import type {
  ActRecord,
  ChangeRecord,
  LifecycleRecord,
  PushedRow,
} from '../../../model/history.types.ts';
import type { Paint, Style } from '../../../model/text/paint.types.ts';
import { plainText } from '../../../model/text/plain-text.ts';
import { shownTime } from '../../../model/text/shown-time.ts';
import { wrap } from '../../../model/text/wrap.ts';
import type { ShownRecord } from '../../../pass/history/read-history.ts';
import { actText, asPlanned, declaredText, whoText } from '../../../pass/history/record-text.ts';
import { fieldLines } from '../../../plan/text/render-field.ts';

/**
 * A record as text.
 *
 *     ~ acme-prod/salesforce-prod
 *         2026-11-22 10:00 UTC, by kim@laptop (apply), pass 20261122T100000000Z-k3x9aa
 *         name: "Old" -> "New"  # drift: changed at the gateway
 *
 *     * acme-prod: paused until 2026-11-22 12:00 UTC (vendor maintenance)
 *         2026-11-22 09:58 UTC, by assumed-role/Admin/kim
 */
export function renderRecord(record: ShownRecord, paint: Paint): string {
  return ('pass' in record ? changeLines(record, paint) : actLines(record, paint)).join('\n');
}

const indent = '    ';

const quiet = (paint: Paint, text: string) =>
  wrap(plainText(text), indent, undefined, paint.columns).map((line) => paint(line, 'quiet'));

const passSigns = {
  change: ['~', 'change', ''],
  create: ['+', 'add', ' (to be created)'],
  delete: ['-', 'remove', ' (to be deleted)'],
} as const;

function changeLines(
  record: Extract<ShownRecord, ChangeRecord | LifecycleRecord>,
  paint: Paint,
): readonly string[] {
  const { connection, server, label, at, pass, approval, fields } = record;
  const name = plainText(`${connection}/${label ?? server}`);
  const declared = declaredText(record);
  const [sign, style, what] = passSigns[record.kind];
  return [
    `${paint(sign, style)} ${name}${what}`,
    ...quiet(paint, `${shownTime(at)}, by ${whoText(record)}, pass ${pass}`),
    ...(declared === undefined ? [] : quiet(paint, declared)),
    ...(approval === undefined ? [] : quiet(paint, `approved as ${approval.slice(0, 12)}`)),
    ...fields.flatMap((field) => fieldLines(asPlanned(field), paint)),
  ];
}

function actLines(record: Extract<ShownRecord, ActRecord>, paint: Paint): readonly string[] {
  const { server, label = server }: { server?: string; label?: string } =
    'server' in record ? record : {};
  const name = label === undefined ? '' : `/${label}`;
  const line = plainText(`${record.connection}${name}: ${actText(record)}`, 1000);
  const [first = '', ...others] = wrap(line, indent, '* ', paint.columns);
  return [
    `${paint('*', 'quiet')}${first.slice(1)}`,
    ...others,
    ...quiet(paint, `${shownTime(record.at)}, by ${whoText(record)}`),
    ...(record.kind === 'push' ? rowLines(record.rows, paint) : []),
  ];
}

const signs: Readonly<Record<PushedRow['action'], readonly [sign: string, style: Style]>> = {
  add: ['+', 'add'],
  change: ['~', 'change'],
  remove: ['-', 'remove'],
};

const mostRows = 20;

function rowLines(rows: readonly PushedRow[], paint: Paint): readonly string[] {
  const more = rows.length - mostRows;
  return [
    ...rows.slice(0, mostRows).map(({ server, label, action }) => {
      const [sign, style] = signs[action];
      return `${indent}${paint(sign, style)} ${plainText(label ?? server ?? '(connection)')}`;
    }),
    ...(more > 0 ? [`${indent}and ${more} more`] : []),
  ];
}
