import type { Json } from '../../model/json/json.types.ts';
import { canonicalJson } from '../../model/json/json.ts';
import type { Cause } from '../../model/outcome.ts';
import type { Paint, Style } from '../../model/text/paint.types.ts';
import type { FieldChange } from '../plan.types.ts';
import { quoted, showPair, showPointer } from '../../model/text/shown-value.ts';
import { plainText } from '../../model/text/plain-text.ts';
import { columns, wrap } from '../../model/text/wrap.ts';

/** The name of a cause, and its explanation. */
export const causeWords: Readonly<Record<Cause, readonly [word: string, sentence: string]>> = {
  adopt: ['adopt', 'not applied before'],
  declared: ['declared', 'the declaration changed'],
  drift: ['drift', 'changed at the gateway'],
  both: ['both', 'changed in the declaration and at the gateway'],
  notApplied: ['not applied', 'the gateway still shows the old value'],
  rotated: ['rotated', 'new version'],
  reassert: ['re-assert', 'due by reassertEvery'],
  resend: ['resend', 'an earlier PUT was never confirmed'],
  create: ['create', 'the server does not exist yet'],
  delete: ['delete', 'the server is declared absent'],
  together: ['together', 'sent together with another field that changes'],
};

/**
 * A field's change, in as few lines as possible:
 *
 *     name: "Old" -> "New"  # drift: changed at the gateway
 *     description: "An old text"  # declared: the declaration changed
 *       -> "A new text that does not fit into the same line"
 *
 * @param said - the reason as text; not shown if empty
 */
export function fieldLines(
  change: FieldChange,
  paint: Paint,
  said = comment(change),
): readonly string[] {
  const name = showPointer(change.pointer);
  const why = said === '' ? '' : `# ${said}`;
  const members = setLines(change, paint);
  if (members) {
    return [...headLines(`    ${name}:`, why, paint), ...members];
  }
  const sides = showPair(change.before, change.after);
  return [
    ...sideLines(name, sides[0] === sides[1] ? [sides[0]] : sides, why, paint),
    ...holderText(change).flatMap((text) =>
      wrap(text, '      ', undefined, paint.columns).map((line) => paint(line, 'warn')),
    ),
  ];
}

/** One value, or two with an arrow between them, in as few lines as possible; `why` follows the first. */
export function sideLines(
  name: string,
  sides: readonly string[],
  why: string,
  paint: Paint,
): readonly string[] {
  const { columns: width = columns } = paint;
  const behind = (line: string) => (why === '' ? line : `${line}  ${paint(why, 'quiet')}`);
  const fits = (line: string) => line.length + (why === '' ? 0 : why.length + 2) <= width;
  const whole = `    ${name}: ${sides.join(' -> ')}`;
  if (fits(whole)) return [behind(whole)];
  const [first = '', ...others] = sides;
  const head = `    ${name}: ${first}`;
  const below = others.flatMap((side) => sideIn(side, '      -> ', width));
  if (others.length > 0 && fits(head)) return [behind(head), ...below];
  return [...headLines(`    ${name}:`, why, paint), ...sideIn(first, '      ', width), ...below];
}

/** A line followed by `why`, which is on the next line if it does not fit. */
function headLines(head: string, why: string, paint: Paint): readonly string[] {
  if (why === '') return [head];
  const fits = head.length + why.length + 2 <= (paint.columns ?? columns);
  return fits ? [`${head}  ${paint(why, 'quiet')}`] : [head, `      ${paint(why, 'quiet')}`];
}

/** Only Trueup's own sentences are wrapped: in a value, each space counts. */
function sideIn(side: string, head: string, width: number): readonly string[] {
  return side.startsWith('[secret ') ? wrap(side, '         ', head, width) : [head + side];
}

/** A note if another server has the value now; otherwise empty. */
export function holderText({ pointer, takenBy }: FieldChange): readonly string[] {
  if (!takenBy) return [];
  const who = plainText(takenBy.label ?? takenBy.id, 128);
  const has = `${who} has this ${showPointer(pointer)} now`;
  switch (takenBy.what) {
    case 'keeps':
      return [`${has}, and keeps it: the gateway refuses it here. Change it there first.`];
    case 'gives':
      return [`${has}, and gives it up: that is sent first.`];
    case 'exchanges':
      return [
        `${has}, and waits for this one. It takes two steps: declare a third ${showPointer(pointer)} for one of them and apply; then declare what is meant, and apply again.`,
      ];
  }
}

/** Why the field changes, as text. */
export function comment(change: FieldChange): string {
  const { cause, conditional, before, after } = change;
  const [word, says] = causeWords[cause];
  const isGone = cause === 'drift' && before.kind === 'absent' && after.kind === 'secret';
  const sentence = isGone ? 'the gateway no longer has this secret' : says;
  const condition = conditional ? ', sent if its value changed' : '';
  return [...marks(change), `${word}: ${sentence}${condition}`].join('; ');
}

/** The same without the cause, which the plan explains once. */
export const marks = ({ held, loosens }: FieldChange): readonly string[] => [
  ...(held ? ['held'] : []),
  ...(loosens === true ? ['loosens access'] : []),
];

/** Maximum number of added, and of removed, members of a set that are shown. */
const mostMembers = 50;

/** The added and removed members, if both values are lists. */
function setLines({ compare, before, after }: FieldChange, paint: Paint): string[] | undefined {
  if (compare !== 'set' || before.kind !== 'value' || after.kind !== 'value') return undefined;
  if (!Array.isArray(before.value) || !Array.isArray(after.value)) return undefined;
  const [old, next] = [before.value, after.value];
  return [
    ...memberLines(lacking(old, next), '-', 'remove', paint),
    ...memberLines(lacking(next, old), '+', 'add', paint),
  ];
}

function lacking(list: readonly Json[], other: readonly Json[]): readonly Json[] {
  const there = new Set(other.map(canonicalJson));
  return list.filter((member) => !there.has(canonicalJson(member)));
}

function memberLines(members: readonly Json[], sign: string, style: Style, paint: Paint): string[] {
  const lines = members
    .slice(0, mostMembers)
    .map((member) => paint(`      ${sign} ${quoted(member)}`, style));
  const more = members.length - mostMembers;
  return more > 0 ? [...lines, paint(`      ${sign} and ${more} more`, style)] : lines;
}
