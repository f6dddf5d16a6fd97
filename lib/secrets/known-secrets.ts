import type { Secret } from '../model/secret.ts';
import { PieceIndex } from './piece-index.ts';
import type { Reading } from './spelling.ts';
import { textReadings, valueReadings } from './spelling.ts';

/** So many characters of a value in a row are a piece of it. */
const pieceLength = 12;
/** What is shorter is no secret, and is a word of too many texts: `test`. */
const shortest = 5;
/** Of a longer value its beginning counts. */
const mostOfValue = 2048;

/** What is around a key in PEM is the same for all keys. */
const pemLine = /-----(?:BEGIN|END) [A-Z0-9 ]{1,40}-----/;

/**
 * The secret values that a process handled for one connection: tokens, the connection's credentials, values of servers'
 * secrets, what gives access in an `accessUrl`. Each is indexed when it is added; a text is then judged in a time that
 * depends on the text alone.
 *
 * | length of a value | occurs in a text with                    |
 * |-------------------|------------------------------------------|
 * | 12 and more       | any twelve characters of its first 2,048 |
 * | 5 to 11           | the value as a whole word                |
 * | less              | not looked for                           |
 *
 * Both are compared without case, without escapes (percent, JSON, HTML; once or several times), with and without white space;
 * of a text also what it says in base64 and in hexadecimal.
 */
export class KnownSecrets {
  readonly #values = new Set<string>();
  /** By the length of what they hold: pieces, and short values whole. */
  readonly #indexes = new Map<number, PieceIndex>();

  add(secrets: Iterable<Secret>): void {
    for (const secret of secrets) {
      for (const part of secret.reveal().slice(0, mostOfValue).split(pemLine)) this.#addValue(part);
    }
  }

  /** Whether a text repeats one of them, or a piece. */
  occurIn(text: string): boolean {
    const indexes = [...this.#indexes];
    const least = Math.min(...this.#indexes.keys());
    return (
      indexes.length > 0 &&
      textReadings(text, least).some((reading) =>
        indexes.some(([length, index]) =>
          index.isIn(reading.units, (start) => isPiece(length) || isWord(reading, start, length)),
        ),
      )
    );
  }

  /** What looking up took so far; see PieceIndex. */
  get steps(): number {
    return this.#indexes.values().reduce((sum, { steps }) => sum + steps, 0);
  }

  #addValue(value: string): void {
    if (value.trim().length < shortest || this.#values.has(value)) return;
    this.#values.add(value);
    for (const { units } of valueReadings(value)) {
      const length = Math.min(units.length, pieceLength);
      if (length >= shortest) this.#index(length).add(units);
    }
  }

  #index(length: number): PieceIndex {
    const found = this.#indexes.get(length) ?? new PieceIndex(length, () => this.#readings(length));
    this.#indexes.set(length, found);
    return found;
  }

  *#readings(length: number): Generator<Uint16Array> {
    for (const value of this.#values) {
      for (const { units } of valueReadings(value)) {
        if (Math.min(units.length, pieceLength) === length) yield units;
      }
    }
  }
}

const isPiece = (length: number) => length === pieceLength;

function isWord({ units, gaps }: Reading, start: number, length: number): boolean {
  const isEdge = (at: number) =>
    gaps[at] === 1 || !(isLetter(units[at - 1]) && isLetter(units[at]));
  return isEdge(start) && isEdge(start + length);
}

const letter = /^[\p{L}\p{N}]$/u;
const isLetter = (unit: number | undefined) =>
  unit !== undefined && letter.test(String.fromCharCode(unit));
