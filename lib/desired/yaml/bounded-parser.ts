import { CST, Parser } from 'yaml';

/** More levels than a declaration may have, so that usually the rules report the problem, with its place. */
const levelsAtMost = 100;
/** Dashes, anchors, tags and similar in a row, with the spaces between them. */
const indicatorsAtMost = 100;

/** A text that is nested too deep, with the offset. */
export class TooDeepError extends Error {
  override readonly name = 'TooDeepError';
  readonly offset: number;

  constructor(offset: number) {
    super('nested too deep');
    this.offset = offset;
  }
}

/**
 * A parser that stops where a text is nested too deep. Later steps recurse once per level, and the lexer gets slower
 * with each indicator in a row: without these limits, its time grows with the square of the text's length.
 *
 * @throws TooDeepError while tokens are read from it
 */
export class BoundedParser extends Parser {
  #indicators = 0;

  override *next(lexeme: string): Generator<CST.Token, void> {
    this.#indicators = indicators.has(CST.tokenType(lexeme)) ? this.#indicators + 1 : 0;
    if (this.#indicators > indicatorsAtMost || this.stack.length > levelsAtMost) {
      throw new TooDeepError(this.offset);
    }
    yield* super.next(lexeme);
  }
}

const indicators: ReadonlySet<string | null> = new Set<CST.TokenType>([
  'space',
  'anchor',
  'tag',
  'seq-item-ind',
  'explicit-key-ind',
  'map-value-ind',
]);
