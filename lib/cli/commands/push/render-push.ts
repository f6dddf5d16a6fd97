import type { JsonObject } from '../../../model/json/json.types.ts';
import type { Paint, Style } from '../../../model/text/paint.types.ts';
import { plainText } from '../../../model/text/plain-text.ts';
import { sideLines } from '../../../plan/text/render-field.ts';
import { showPair, showPointer } from '../../../model/text/shown-value.ts';
import type { Json } from '../../../model/json/json.types.ts';
import type { FieldDifference, RowChange } from './push-plan.ts';
import { rowIdIn } from '../../../model/names/server-key.ts';

const signs: Readonly<Record<RowChange['action'], readonly [sign: string, style: Style]>> = {
  add: ['+', 'add'],
  change: ['~', 'change'],
  remove: ['-', 'remove'],
};

/** `acme-prod`, or `acme-prod/salesforce-prod`. */
export function changeName({ connection, item, label }: RowChange): string {
  if (item === 'connection') return connection;
  return plainText(`${connection}/${label ?? rowIdIn(item) ?? item}`);
}

/** The change of one row as text: one line, and one for each field that differs. */
export function changeLines(change: RowChange, paint: Paint): readonly string[] {
  const [sign, style] = signs[change.action];
  const remark =
    change.action === 'remove' ? `  ${paint('(only the row; the server stays)', 'quiet')}` : '';
  return [
    `${paint(sign, style)} ${changeName(change)}${remark}`,
    ...change.fields.flatMap((field) => differenceLines(field, paint)),
  ];
}

function differenceLines({ path, before, after }: FieldDifference, paint: Paint) {
  const [old, next] = showPair(shown(before), shown(after));
  const name = path === '' ? '(row)' : showPointer(path);
  return sideLines(name, before === undefined ? [next] : [old, next], '', paint);
}

const shown = (value: Json | undefined) =>
  value === undefined ? ({ kind: 'absent' } as const) : ({ kind: 'value', value } as const);

/** The same as data. */
export function changeData({ connection, item, label, action, fields }: RowChange): JsonObject {
  return {
    connection,
    item,
    ...(label !== undefined && { label }),
    action,
    fields: fields.map((field) => ({ ...field })),
  };
}
