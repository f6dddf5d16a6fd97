import { canonicalJson } from '../../../model/json/json.ts';
import type { ActRecord, ChangeRecord, PushedRow } from '../../../model/history.types.ts';
import type { ShownValue } from '../../../model/ledger.types.ts';
import type { Paint, Style } from '../../../model/text/paint.types.ts';
import { plainText } from '../../../model/text/plain-text.ts';
import { shownCaller } from '../../../model/text/shown-caller.ts';
import { shownTime } from '../../../model/text/shown-time.ts';
import { wrap } from '../../../model/text/wrap.ts';
import type { FieldChange } from '../../../plan/plan.types.ts';
import { counted } from '../../../plan/text/render-guard.ts';
import { fieldLines } from '../../../plan/text/render-field.ts';
import type { ShownRecord } from './read-history.ts';

/**
 * A record for people.
 *
 *     ~ acme-prod/salesforce-prod
 *         2026-11-22 10:00 UTC, by kim@laptop (apply), pass 20261122T100000000Z-k3x9aa
 *         name: "Old" -> "New"  # drift: changed at the vendor
 *
 *     * acme-prod: paused until 2026-11-22 12:00 UTC (vendor maintenance)
 *         2026-11-22 09:58 UTC, by assumed-role/Admin/kim
 */
export function renderRecord(record: ShownRecord, paint: Paint): string {
  return (record.kind === 'change' ? changeLines(record, paint) : actLines(record, paint)).join(
    '\n',
  );
}

const indent = '    ';

const quiet = (paint: Paint, text: string) =>
  wrap(plainText(text), indent, undefined, paint.columns).map((line) => paint(line, 'quiet'));

function changeLines(record: Extract<ShownRecord, ChangeRecord>, paint: Paint): readonly string[] {
  const { connection, server, label, at, by, command, pass, trigger, approval, fields } = record;
  const name = plainText(`${connection}/${label ?? server}`);
  const who = by === undefined ? trigger : `${shownCaller(by)} (${command ?? trigger})`;
  return [
    `${paint('~', 'change')} ${name}`,
    ...quiet(paint, `${shownTime(at)}, by ${who}, pass ${pass}`),
    ...(record.declaredBy === undefined ? [] : quiet(paint, declaredText(record))),
    ...(approval === undefined ? [] : quiet(paint, `approved as ${approval.slice(0, 12)}`)),
    ...fields.flatMap((field) => fieldLines(asPlanned(field), paint)),
  ];
}

function declaredText({ declaredBy = '', declaredAt }: ShownRecord): string {
  const when = declaredAt === undefined ? '' : ` (push, ${shownTime(declaredAt)})`;
  return `declared by ${shownCaller(declaredBy)}${when}`;
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
    ...quiet(paint, `${shownTime(record.at)}, by ${shownCaller(record.by)}`),
    ...(record.kind === 'push' ? rowLines(record.rows, paint) : []),
  ];
}

function actText(record: ActRecord): string {
  switch (record.kind) {
    case 'approve':
      return `approved ${record.digest.slice(0, 12)}, ${counted(record.changes, 'change')}`;
    case 'pause': {
      const until = record.until === undefined ? '' : ` until ${shownTime(record.until)}`;
      return `paused${until}${record.reason === undefined ? '' : ` (${record.reason})`}`;
    }
    case 'resume':
      return 'resumed';
    case 'retry':
      return record.resend ? 'retried, what cannot be read is sent again' : 'retried';
    case 'login':
      return 'signed in';
    case 'push': {
      const count = (action: PushedRow['action']) =>
        record.rows.filter((row) => row.action === action).length;
      return `pushed, ${count('add')} added, ${count('change')} changed, ${count('remove')} removed`;
    }
  }
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

/** History keeps values, and not how they were compared: a list with other members was a set, as all lists are. */
function asPlanned(field: ChangeRecord['fields'][number]): FieldChange {
  const compare = membersOf(field.before) === membersOf(field.after) ? 'value' : 'set';
  return { ...field, compare, conditional: false, held: false, hash: '' };
}

function membersOf(shown: ShownValue): string {
  const list = shown.kind === 'value' && Array.isArray(shown.value) ? shown.value : [];
  return canonicalJson(list.map(canonicalJson).toSorted());
}
