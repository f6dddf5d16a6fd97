import { noText } from './piece-index.ts';
import { unescaped } from './unescaped.ts';

/** A normalised form of a text. Two spellings of the same text share a reading. */
export interface Reading {
  /** Code units without case. */
  readonly units: Uint16Array;
  /** 1 where something was left out before a unit, which ends a word. */
  readonly gaps: Uint8Array;
}

const space = String.raw`\s\x85`;
/** Characters that are not visible: controls and zero-width characters. */
const unseen = new RegExp(`(?![${space}])[\\p{Cc}\\p{Default_Ignorable_Code_Point}]`, 'gu');
const unseenOrSpace = new RegExp(`[${space}\\p{Cc}\\p{Default_Ignorable_Code_Point}]`, 'gu');
const oneSpace = new RegExp(`^[${space}]$`, 'u');
const anySpace = new RegExp(`[${space}]`, 'u');

/**
 * The readings of a value: with and without its escapes, each with and without white space. A text is read in the same
 * ways, so a value in any spelling shares a reading with a text that has it.
 */
export function valueReadings(value: string): readonly Reading[] {
  return distinct(escapesRead(value));
}

/**
 * The readings of a text: like a value, and decoded from base64 and hexadecimal. An encoded secret may follow other
 * characters of the same alphabet, so a run is decoded from each place where a group may begin.
 *
 * @param shortest - the minimum length of a value: shorter runs cannot contain one
 */
export function* textReadings(text: string, shortest: number): Generator<Reading> {
  // In form encoding, `+` is a space.
  const asForm = text.includes('+') ? read(unescaped(text.replaceAll('+', ' '), true)) : [];
  yield* distinct([...escapesRead(text), ...asForm]);
  const joined = text.replaceAll(unseenOrSpace, '');
  // Characters before a run may look like the start of an escape that includes its first letters.
  const ways = new Set([joined, unescaped(joined, true).replaceAll(unseenOrSpace, '')]);
  for (const way of ways) {
    for (const said of [...base64In(way, shortest), ...hexIn(way, shortest)]) {
      yield* distinct(read(unescaped(said, true)));
    }
  }
}

function* escapesRead(text: string): Generator<Reading> {
  const joined = text.replaceAll(unseenOrSpace, '');
  // A line break may be inside an escape.
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

/** The decoded runs of an alphabet, read as if `from` letters before each were missing. Most are not text. */
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

/** Removes equal readings: most texts have no escapes or white space. */
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
