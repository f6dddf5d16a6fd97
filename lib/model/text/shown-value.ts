import type { Json, Pointer } from '../json/json.types.ts';
import type { ShownValue } from '../ledger.types.ts';
import { parsePointer } from '../json/pointer.ts';
import { plainText } from './plain-text.ts';

/**
 * Characters that JSON does not escape, but that a terminal interprets, hides, or shows as a space.
 */
const unseen =
  /[^\P{Cc}\n]|[^\P{Zs} ]|[\p{Default_Ignorable_Code_Point}\u2028\u2029\u2800\ufff9-\ufffb]/gu;

/**
 * The JSON text with all control, bidirectional and invisible characters escaped, and all spaces other than U+0020: the same
 * value, safe to print.
 */
export function printable(json: string): string {
  return json.replaceAll(unseen, escaped);
}

const escaped = (character: string) =>
  character
    .split('')
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('');

/** A vendor's or user's value, quoted as JSON so that it cannot be mistaken for the text around it. */
export function quoted(value: Json): string {
  return printable(JSON.stringify(value));
}

/** Characters of a version id that are shown. */
const versionLength = 8;

/** A value as shown to users; never a secret's. */
export function showValue(shown: ShownValue): string {
  switch (shown.kind) {
    case 'value':
      return quoted(shown.value);
    case 'absent':
      return '(absent)';
    case 'unreadable':
      return '(cannot be read)';
    case 'secret': {
      const version =
        shown.version === undefined ? '' : ` version ${shown.version.slice(0, versionLength)}`;
      return plainText(`[secret ${shown.secret}${version}]`);
    }
  }
}

/** `meta/team` for `/meta/team`; quoted where a key is not a plain word. */
export function showPointer(pointer: Pointer): string {
  const tokens = parsePointer(pointer) ?? [pointer];
  return tokens.map((token) => (/^[\w.-]+$/.test(token) ? token : quoted(token))).join('/');
}

const longest = 300;
const context = 20;

/** Letters of other scripts that look like Latin letters, with those letters. */
const alike =
  'аaеeоoрpсcхxуyіiјjѕsԁdһhԛqԝwАAВBЕEКKМMНHОOРPСCТTХXУYІIЈJЅSΑAΒBΕEΖZΗHΙIΚKΜMΝNΟOΡPΤTΥYΧXοoνvıi';
const letters = new Map(
  Array.from(alike.matchAll(/(.)(.)/gu), ([, letter = '', latin = '']) => [letter, latin] as const),
);

/** The same text for all values that look alike. */
const look = (text: string) =>
  Array.from(text.normalize('NFKC'), (character) => letters.get(character) ?? character).join('');

/** Two values as shown to users. Long values are cut around the first difference; values that look alike are escaped. */
export function showPair(before: ShownValue, after: ShownValue): readonly [string, string] {
  const shown = [showValue(before), showValue(after)] as const;
  const isAlike = shown[0] !== shown[1] && look(shown[0]) === look(shown[1]);
  const [a, b] = isAlike ? [inAscii(shown[0]), inAscii(shown[1])] : shown;
  let same = 0;
  while (same < a.length && a[same] === b[same]) same += 1;
  const from = same < longest / 2 ? 0 : same - context;
  return [cut(a, from), cut(b, from)];
}

const inAscii = (text: string) => text.replaceAll(/[^\n -~]/gu, escaped);

function cut(text: string, from: number): string {
  if (text.length <= longest) return text;
  const end = text.length > from + longest ? '…' : '';
  const start = from > 0 ? '…' : '';
  return `${start}${text.slice(from, from + longest).toWellFormed()}${end}`;
}
