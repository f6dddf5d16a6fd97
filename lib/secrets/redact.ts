import type { Secret } from '../model/secret.ts';

const mark = '[secret]';

/** One place of a pattern: the texts that may be there. */
type Unit = readonly string[];

/**
 * How one character of a secret may be written. An echo mixes these freely (every library escapes other
 * characters), so each character is matched by itself and not the secret in a handful of whole encodings.
 *
 * | form                 | `"`, or as said                    |
 * |----------------------|------------------------------------|
 * | itself               | `"`                                |
 * | JSON                 | `\"`, `\u0022`, and `\/` for `/`   |
 * | JSON within JSON     | `\\\"`, `\\u0022`                  |
 * | URL, and again       | `%22`, `%2522`, either case of hex |
 * | form                 | `+` for a space                    |
 * | HTML                 | `&quot;`, `&#34;`, `&#x22;`        |
 */
function formsOf(character: string): Unit {
  const json = JSON.stringify(character).slice(1, -1);
  const escaped = Array.from(
    { length: character.length },
    (_, at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`,
  ).join('');
  const url = Array.from(
    Buffer.from(character),
    (byte) => `%${byte.toString(16).padStart(2, '0')}`,
  ).join('');
  const point = character.codePointAt(0) as number;
  const forms = [character, json, JSON.stringify(json).slice(1, -1)];
  for (const text of [escaped, `\\${escaped}`, url, url.replaceAll('%', '%25')]) {
    forms.push(
      text,
      text.replaceAll(/[a-f]/g, (digit) => digit.toUpperCase()),
    );
  }
  forms.push(`&#${point};`, `&#x${point.toString(16)};`, `&#x${point.toString(16).toUpperCase()};`);
  forms.push(...(named.get(character) ?? []));
  return [...new Set(forms)];
}

const named: ReadonlyMap<string, Unit> = new Map([
  [' ', ['+']],
  ['/', ['\\/', '\\\\/']],
  ['&', ['&amp;']],
  ['<', ['&lt;']],
  ['>', ['&gt;']],
  ['"', ['&quot;']],
  ["'", ['&apos;']],
]);

const plainUnits = (text: string): Unit[] => Array.from(text, formsOf);

const base64Forms: ReadonlyMap<string, Unit> = new Map([
  ['+', ['+', '-', '%2B', '%2b', '\\u002b', '\\u002B']],
  ['/', ['/', '_', '%2F', '%2f', '\\/']],
]);

const alphabet = [
  ...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'.split(''),
  ...[...base64Forms.values()].flat(),
];

interface Pattern {
  readonly units: readonly Unit[];
  /** Matches only where no letter or digit adjoins it. */
  readonly alone?: boolean;
  /** A letter before it holds a part of it as well. */
  readonly led?: boolean;
}

/**
 * The secret somewhere inside a base64 text, such as the `client_id:client_secret` of a Basic header: `offset`
 * bytes into a group of three. Letters that also carry bits of its neighbours may be any; they are found by
 * encoding it between two different neighbours. One such letter may lead, and one may end the pattern.
 */
function base64Pattern(bytes: Uint8Array, offset: number): Pattern {
  const [low = '', high = ''] = [0x00, 0xff].map((fill) =>
    Buffer.concat([Buffer.alloc(offset, fill), bytes, Buffer.alloc(2, fill)]).toString('base64'),
  );
  const from = Math.ceil((8 * offset) / 6);
  const to = Math.ceil((8 * (offset + bytes.length)) / 6);
  const units = Array.from(low.slice(from, to), (letter, at) =>
    letter === high[from + at] ? (base64Forms.get(letter) ?? [letter]) : alphabet,
  );
  return { units, led: offset > 0 };
}

/** A secret may come back trimmed: values often end in a line break that was not meant. */
function patternsOf(text: string): Pattern[] {
  return [...new Set([text, text.trim()])].flatMap((value): Pattern[] => {
    if (value === '') return [];
    const bytes = Buffer.from(value);
    if (value.length < 4) {
      const forms = [value, bytes.toString('base64url')];
      return forms.map((form) => ({ units: plainUnits(form), alone: true }));
    }
    return [
      { units: plainUnits(value) },
      { units: hexUnits(bytes) },
      ...wholeForms(value).flatMap((form) =>
        [0, 1, 2].map((offset) => base64Pattern(Buffer.from(form), offset)),
      ),
    ];
  });
}

/** A body that comes back as base64 has the secret in it as the body spelled it: itself, JSON, URL or form. */
function wholeForms(value: string): readonly string[] {
  const form = new URLSearchParams([['', value]]).toString().slice(1);
  return [
    ...new Set([
      value,
      JSON.stringify(value).slice(1, -1),
      encodeURIComponent(value.toWellFormed()),
      form,
    ]),
  ];
}

const hexUnits = (bytes: Uint8Array): Unit[] =>
  Array.from(bytes, (byte) => {
    const digits = byte.toString(16).padStart(2, '0');
    return [...new Set([digits, digits.toUpperCase()])];
  });

/**
 * The end of the longest match that begins at `start`. All ways to read the text are followed side by side, so
 * that a secret such as `\\\\` or `%25%25` costs no backtracking.
 */
function matchEnd(text: string, start: number, units: readonly Unit[]): number | undefined {
  let ends = new Set([start]);
  for (const unit of units) {
    const next = new Set<number>();
    for (const end of ends) {
      for (const form of unit) if (text.startsWith(form, end)) next.add(end + form.length);
    }
    if (next.size === 0) return undefined;
    ends = next;
  }
  return Math.max(...ends);
}

const wordLike = /^[\p{L}\p{N}]$/u;

function* matches(
  text: string,
  { units, alone, led }: Pattern,
): Generator<readonly [number, number]> {
  const firsts = new Set(units[0]?.map((form) => form[0]));
  for (let start = 0; start < text.length; start += 1) {
    if (!firsts.has(text[start])) continue;
    const end = matchEnd(text, start, units);
    if (end === undefined) continue;
    if (alone && [text[start - 1], text[end]].some((next) => wordLike.test(next ?? ''))) continue;
    yield [led && alphabet.includes(text[start - 1] ?? '') ? start - 1 : start, end];
  }
}

/**
 * `text` with every occurrence of a secret as `[secret]`: raw, JSON-escaped, URL-, form- or HTML-encoded, in hex, and
 * within base64 or base64url. Occurrences are found first and replaced together, so secrets may overlap or hold
 * one another. Secrets shorter than four characters are replaced only where they are alone: inside words they
 * would turn any text into marks. Redact before cutting: half a secret is not found.
 */
export function redactText(text: string, secrets: readonly Secret[]): string {
  const found = secrets
    .flatMap((secret) => patternsOf(secret.reveal()))
    .flatMap((pattern) => [...matches(text, pattern)])
    .toSorted(([a], [b]) => a - b);
  let redacted = '';
  let done = 0;
  for (const [start, end] of found) {
    if (start >= done) redacted += text.slice(done, start) + mark;
    done = Math.max(done, end);
  }
  return redacted + text.slice(done);
}
