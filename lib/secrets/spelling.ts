import { noText } from './piece-index.ts';
import { unescaped } from './unescaped.ts';

/** One way to read a text: what two spellings of the same text have in common. */
export interface Reading {
  /** Code units without case. */
  readonly units: Uint16Array;
  /** 1 where something was left out before a unit, which ends a word. */
  readonly gaps: Uint8Array;
}

const space = String.raw`\s\x85`;
/** What is not seen, whatever it is between: controls and zero-width characters. */
const unseen = new RegExp(`(?![${space}])[\\p{Cc}\\p{Default_Ignorable_Code_Point}]`, 'gu');
const unseenOrSpace = new RegExp(`[${space}\\p{Cc}\\p{Default_Ignorable_Code_Point}]`, 'gu');
const oneSpace = new RegExp(`^[${space}]$`, 'u');
const anySpace = new RegExp(`[${space}]`, 'u');

/**
 * How a value may be read: as it is and without its escapes, and of both with its white space and without it. A text is read
 * in the same ways, so a value that a text holds in one spelling has a reading in common with it.
 */
export function valueReadings(value: string): readonly Reading[] {
  return distinct(escapesRead(value));
}

/**
 * How a text may be read: as a value, and what it says in base64 and in hexadecimal. Characters that carry a part of a
 * secret may adjoin others of the same alphabet, so a run of them is decoded from each place at which a group may begin.
 *
 * @param shortest - the least length of what is looked for: shorter runs hold none of it
 */
export function* textReadings(text: string, shortest: number): Generator<Reading> {
  // A form writes `+` for a space.
  const asForm = text.includes('+') ? read(unescaped(text.replaceAll('+', ' '), true)) : [];
  yield* distinct([...escapesRead(text), ...asForm]);
  const joined = text.replaceAll(unseenOrSpace, '');
  // What is before a run may seem to begin an escape that takes its first letters.
  const ways = new Set([joined, unescaped(joined, true).replaceAll(unseenOrSpace, '')]);
  for (const way of ways) {
    for (const said of [...base64In(way, shortest), ...hexIn(way, shortest)]) {
      yield* distinct(read(unescaped(said, true)));
    }
  }
}

function* escapesRead(text: string): Generator<Reading> {
  const joined = text.replaceAll(unseenOrSpace, '');
  // A line may have been broken within an escape.
  const ways = [text, joined].flatMap((one) => [unescaped(one, false), unescaped(one, true)]);
  for (const way of new Set([text, ...ways])) yield* read(way);
}

function* read(text: string): Generator<Reading> {
  const seen = text.replaceAll(unseen, '');
  yield reading(seen, true);
  if (anySpace.test(seen)) yield reading(seen, false);
}

/** Case is folded one character at a time: to capitals and back, since `ß` becomes `SS`, and first down, for `ẞ`. */
function reading(text: string, keepsSpace: boolean): Reading {
  const units = new Uint16Array(3 * text.length);
  const gaps = new Uint8Array(3 * text.length + 1);
  let length = 0;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    if (isSpace(unit)) {
      if (keepsSpace) {
        units[length] = 0x20;
        length += 1;
      } else gaps[length] = 1;
    } else if (unit < 0x80) {
      units[length] = unit >= 0x41 && unit <= 0x5a ? unit | 0x20 : unit;
      length += 1;
    } else {
      const character = String.fromCodePoint(text.codePointAt(at) as number);
      at += character.length - 1;
      const folded = character.toLowerCase().toUpperCase().toLowerCase();
      for (let index = 0; index < folded.length; index += 1) {
        units[length] = folded.charCodeAt(index);
        length += 1;
      }
    }
  }
  return { units: units.slice(0, length), gaps: gaps.slice(0, length + 1) };
}

function isSpace(unit: number): boolean {
  if (unit < 0x80) return unit === 0x20 || (unit >= 9 && unit <= 13);
  return oneSpace.test(String.fromCharCode(unit));
}

function* base64In(text: string, shortest: number): Generator<string> {
  const runs = new RegExp(`[\\w+/-]{${Math.ceil((4 * shortest) / 3)},}`, 'g');
  for (let from = 0; from < 4; from += 1) yield decoded(text, runs, from, 'base64', shortest);
}

function* hexIn(text: string, shortest: number): Generator<string> {
  const runs = new RegExp(`[\\da-f]{${2 * shortest},}`, 'gi');
  for (let from = 0; from < 2; from += 1) yield decoded(text, runs, from, 'hex', shortest);
}

const zeros = { base64: 'AAA', hex: '0' };

/** What the runs of an alphabet say, read as if `from` letters before each were lost: of most, nothing is text. */
function decoded(
  text: string,
  runs: RegExp,
  from: number,
  encoding: 'base64' | 'hex',
  shortest: number,
): string {
  const texts = new RegExp(`[^${noText}]{${shortest},}`, 'gu');
  return (text.match(runs) ?? [])
    .flatMap(
      (run) =>
        Buffer.from(`${zeros[encoding].slice(0, from)}${run}`, encoding)
          .toString()
          .match(texts) ?? [],
    )
    .join(noText);
}

/** Most texts have neither escapes nor white space within: what reads the same is looked at once. */
function distinct(readings: Iterable<Reading>): readonly Reading[] {
  const found: Reading[] = [];
  for (const one of readings) {
    const isSame = found.some(
      (other) => isEqual(other.units, one.units) && isEqual(other.gaps, one.gaps),
    );
    if (!isSame) found.push(one);
  }
  return found;
}

function isEqual(one: Uint16Array | Uint8Array, other: Uint16Array | Uint8Array): boolean {
  return bytesOf(one).equals(bytesOf(other));
}

const bytesOf = ({ buffer, byteOffset, byteLength }: Uint16Array | Uint8Array) =>
  Buffer.from(buffer, byteOffset, byteLength);
