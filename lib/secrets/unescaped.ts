const code = (character: string) => character.charCodeAt(0);
const percent = code('%');
const backslash = code('\\');
const ampersand = code('&');
/** Characters that stay the same after a backslash. */
const quotable: ReadonlySet<number> = new Set(Buffer.from('"\'`/\\'));
const controls: ReadonlyMap<number, number> = new Map(
  Object.entries({ b: 8, t: 9, n: 10, v: 11, f: 12, r: 13 }).map(([letter, meant]) => [
    code(letter),
    meant,
  ]),
);
/** HTML names of punctuation, with their characters. */
const punctuation =
  `amp& lt< gt> quot" apos' sol/ bsol\\ plus+ equals= lowbar_ num# percnt% colon: semi; period. comma, ` +
  'excl! quest? dollar$ commat@ ast* lpar( rpar) lsqb[ rsqb] lcub{ rcub} verbar|';
const named: ReadonlyMap<string, number> = new Map([
  ['nbsp', 0x20],
  ...punctuation
    .split(' ')
    .map((one): [string, number] => [one.slice(0, -1), one.charCodeAt(one.length - 1)]),
]);
/** Length of `&#1114111;` and `\u{10ffff}`. */
const longestEscape = 10;

/**
 * A text without its escapes: `%22`, `\"`, `\n`, `\u0022`, `\u{22}`, `\x22`, `&quot;`, `&#34;`, `&#x22;`, in any
 * mixture. The text is read once from left to right, as UTF-8 bytes. A decoded character may complete another escape
 * (`%2522` is `%22` is `"`); with `again` that one is decoded too, so that no escape is left, however often the text
 * was escaped. Each escape is longer than its character, so the time is linear.
 */
export function unescaped(text: string, again: boolean): string {
  if (!/[%\\&]/.test(text)) return text;
  const bytes = Buffer.from(text);
  const out = new Output(bytes.length);
  for (const byte of bytes) {
    for (let next: number | undefined = byte; next !== undefined;) {
      out.push(next);
      const found = out.takeEscape();
      if (found === undefined) break;
      // Without `again`, an earlier start of an escape must not combine with the decoded character.
      next = again && found >= 0 && found < 0x80 ? found : out.pushWhole(found, again);
    }
  }
  return out.text();
}

/** The output so far. Escapes are detected at its end. */
class Output {
  readonly #bytes: Buffer;
  #length = 0;
  /** No escape begins before it. */
  #from = 0;
  /** The last position at which an escape may begin. */
  #begun = -longestEscape;

  constructor(size: number) {
    this.#bytes = Buffer.alloc(size);
  }

  push(byte: number): void {
    if (byte === percent || byte === backslash || byte === ampersand) this.#begun = this.#length;
    this.#bytes[this.#length] = byte;
    this.#length += 1;
  }

  /** A code point, or a byte above 127 as a negative number. */
  pushWhole(found: number, again: boolean): undefined {
    const written = found < 0 ? Buffer.from([-found]) : this.#encoded(found);
    for (const byte of written) this.push(byte);
    if (!again) this.#from = this.#length;
  }

  /** A character outside the basic plane may be written as two escapes, one for each surrogate. */
  #encoded(point: number): Uint8Array {
    if (point < 0xd800 || point > 0xdfff) return Buffer.from(String.fromCodePoint(point));
    const [lead = 0, high = 0, low = 0] = this.#bytes.subarray(
      Math.max(0, this.#length - 3),
      this.#length,
    );
    if (point >= 0xdc00 && lead === 0xed && high >= 0xa0 && high < 0xb0) {
      this.#length -= 3;
      const first = 0xd000 | ((high & 0x3f) << 6) | (low & 0x3f);
      return Buffer.from(String.fromCharCode(first, point));
    }
    // Encodes a lone surrogate like UTF-8 would, so that the other half can be combined with it.
    return Buffer.from([0xed, 0x80 | ((point >> 6) & 0x3f), 0x80 | (point & 0x3f)]);
  }

  /** Removes the escape at the end and returns its character; undefined if there is none. */
  takeEscape(): number | undefined {
    if (this.#length - this.#begun > longestEscape) return undefined;
    const last = this.#at(1);
    if (isHex(last)) {
      if (this.#at(3) === percent) return this.#byte(3);
      if (this.#at(4) === backslash && this.#at(3) === code('x')) return this.#byte(4);
      if (this.#at(6) === backslash && this.#at(5) === code('u')) return this.#number(6, 4, 0, 16);
    }
    if (last === code(';')) return this.#entity();
    if (last === code('}')) return this.#braced();
    if (this.#at(2) !== backslash) return undefined;
    const meant = quotable.has(last) ? last : controls.get(last);
    return meant === undefined ? undefined : this.#taken(2, meant);
  }

  text(): string {
    return this.#bytes.toString('utf8', 0, this.#length);
  }

  #at(fromEnd: number): number {
    const at = this.#length - fromEnd;
    return at < this.#from ? -1 : (this.#bytes[at] as number);
  }

  #taken(length: number, meant: number): number {
    this.#length -= length;
    return meant;
  }

  /** The two hexadecimal digits at the end, as a byte. */
  #byte(length: number): number | undefined {
    const value = this.#number(length, 2, 0, 16);
    return value === undefined || value < 0x80 ? value : -value;
  }

  /** The number in the digits that end `after` bytes before the end; undefined if any is not a digit. */
  #number(length: number, digits: number, after: number, radix: 10 | 16): number | undefined {
    let value = 0;
    for (let at = digits + after; at > after; at -= 1) {
      const digit = digitOf(this.#at(at));
      if (digit >= radix) return undefined;
      value = value * radix + digit;
    }
    return digits === 0 || value > 0x10ffff ? undefined : this.#taken(length, value);
  }

  #start(of: number): number | undefined {
    for (let length = 3; length <= longestEscape; length += 1) {
      if (this.#at(length) === of) return length;
    }
    return undefined;
  }

  #entity(): number | undefined {
    const length = this.#start(ampersand);
    if (length === undefined) return undefined;
    const inner = this.#bytes.toString('latin1', this.#length - length + 1, this.#length - 1);
    if (/^#x/i.test(inner)) return this.#number(length, length - 4, 1, 16);
    if (inner.startsWith('#')) return this.#number(length, length - 3, 1, 10);
    const meant = named.get(inner);
    return meant === undefined ? undefined : this.#taken(length, meant);
  }

  /** `\u{1f511}` */
  #braced(): number | undefined {
    const length = this.#start(backslash);
    const isOne =
      length !== undefined &&
      this.#at(length - 1) === code('u') &&
      this.#at(length - 2) === code('{');
    return isOne ? this.#number(length, length - 4, 1, 16) : undefined;
  }
}

/** 16 or more if it is not a digit. */
function digitOf(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const letter = byte | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x61 + 10 : 99;
}

const isHex = (byte: number) => digitOf(byte) < 16;
