import { CST, Parser } from 'yaml';

/** Far more levels than a declaration may have; the rules say that with its place. */
const levelsAtMost = 100;
/** Dashes, anchors, tags and the like in a row, with the spaces between. */
const indicatorsAtMost = 100;

/** A text that is nested too deep to be read, and where. */
export class TooDeepError extends Error {
  override readonly name = 'TooDeepError';
  readonly offset: number;

  constructor(offset: number) {
    super('nested too deep');
    this.offset = offset;
  }
}

/**
 * A parser that stops where a text is nested too deep. What comes after it recurses, once a level, and the lexer takes
 * longer for each further indicator in a row: without these bounds its time grows with the square of the text.
 *
 * @throws TooDeepError while it is read from
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
