import type { Secret } from '../model/secret.ts';
import { PieceIndex } from './piece-index.ts';
import type { Reading } from './spelling.ts';
import { textReadings, valueReadings } from './spelling.ts';

/** Length of a piece, in characters of a value. */
const pieceLength = 12;
/** Shorter values are ignored: words such as `test` occur in too many texts. */
const shortest = 5;
/** Only this many characters of a value are compared. */
const mostOfValue = 2048;

/** The first and last lines of PEM are the same for all keys. */
const pemLine = /-----(?:BEGIN|END) [A-Z0-9 ]{1,40}-----/;

/**
 * The secret values that a process handled for one connection: tokens, the connection's credentials, values of servers'
 * secrets, and the secret parts of an `accessUrl`. Values are indexed when they are added, so that checking a text
 * takes time that depends only on the text.
 *
 * | length of a value | found in a text that has |
 * |-------------------|------------------------------------------|
 * | 12 and more       | any twelve characters of its first 2,048 |
 * | 5 to 11           | the value as a whole word                |
 * | less              | not checked |
 *
 * Values and texts are compared without case, without escapes (percent, JSON, HTML; also nested), and with and without
 * white space. Base64 and hexadecimal in a text are decoded too.
 */
export class KnownSecrets {
  readonly #values = new Set<string>();
  /** One index for pieces, and one for each length of short values. */
  readonly #indexes = new Map<number, PieceIndex>();

  add(secrets: Iterable<Secret>): void {
    for (const secret of secrets) {
      for (const part of secret.reveal().slice(0, mostOfValue).split(pemLine)) this.#addValue(part);
    }
  }

  /** Whether a text has one of the values, or a piece of one. */
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

  /** Number of lookup steps so far; see PieceIndex. */
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
