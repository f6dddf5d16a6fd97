import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { edited, editsOf } from './edits.ts';
import type { RawAnswer } from '../../test/support/raw-server.ts';
import { canary, strangeJson, strangeText } from './strange.ts';

/** How an answer is written down; small, so that a case can be printed. */
export interface Answer {
  readonly status: number;
  readonly headers: readonly string[];
  readonly body: Body;
  readonly framing:
    | 'length'
    | 'chunked'
    | 'until end'
    | 'too long'
    | 'too short'
    | 'broken chunks'
    | 'no HTTP'
    | 'none';
  readonly after: RawAnswer['after'];
}

type Body =
  | {
      readonly kind: 'json';
      readonly text: string;
      readonly encoding: 'utf8' | 'utf16le' | 'latin1' | 'bom' | 'gzip';
    }
  | {
      readonly kind: 'cut';
      readonly text: string;
      readonly at: number;
      readonly take: number;
      readonly put: string;
    }
  | {
      readonly kind: 'deep';
      readonly open: string;
      readonly core: string;
      readonly close: string;
      readonly levels: number;
    }
  | { readonly kind: 'padded'; readonly text: string; readonly times: number };

/** Numbers as no program here would write them: taken into the text as they are. */
const numbers = fc.constantFrom(
  '1e400',
  '-1e400',
  '9007199254740993',
  '-9007199254740995',
  '1E2',
  '0.1234567890123456789',
  '123456789012345678901234567890',
  '-0',
  '1e-400',
);
const placeholder = 987654321;

/** JSON text of `value` with edits made, and a number of the vendor's own where an edit put one. */
function texts(value: unknown): fc.Arbitrary<string> {
  const inside = fc.oneof(
    { weight: 6, arbitrary: strangeJson },
    { weight: 1, arbitrary: fc.constant(placeholder) },
  );
  return fc
    .tuple(editsOf(inside, 4), numbers)
    .map(([edits, number]) =>
      (JSON.stringify(edited(value, edits)) ?? '').replaceAll(String(placeholder), number),
    );
}

const times = <T>(count: number, value: T) => Array.from({ length: count }, () => value);

const headers = fc.array(
  fc.oneof(
    fc.constantFrom(
      'content-type: text/html',
      'content-type: application/json; charset=utf-16',
      'content-type:',
      'content-encoding: gzip',
      'content-encoding: br',
      'content-encoding: identity',
      'retry-after: 1',
      'retry-after: 999999999999999999999',
      'retry-after: -1',
      'retry-after: Sun, 22 Nov 2026 12:00:00 GMT',
      'retry-after: Mon, 99 Foo 99999',
      `location: https://evil.example/${canary}`,
      'location: //evil.example',
      'location: http://[',
      'location:',
      `www-authenticate: Bearer error="${canary}"`,
      `content-encoding: ${canary}`,
      'set-cookie: a=b',
      'transfer-encoding: gzip',
      'connection: upgrade',
      'x: \u0001',
      ': x',
      'no colon',
    ),
    fc.constantFrom(100, 5_000, 20_000).map((length) => `x-long: ${'y'.repeat(length)}`),
    fc.constantFrom(50, 3_000).map((count) => times(count, 'x: y').join('\r\n')),
  ),
  { maxLength: 3 },
);

const status = fc.oneof(
  { weight: 6, arbitrary: fc.constant(200) },
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      201,
      204,
      206,
      301,
      302,
      304,
      307,
      400,
      401,
      403,
      404,
      405,
      408,
      409,
      410,
      413,
      418,
      422,
      429,
      431,
      500,
      501,
      502,
      503,
      504,
      505,
      511,
      599,
    ),
  },
  { weight: 1, arbitrary: fc.constantFrom(0, 100, 101, 103, 199, 600, 999) },
);

/** Answers around `good`, what the vendor would say, and `bad`, its errors. */
export function answers(good: readonly unknown[], bad: readonly unknown[]): fc.Arbitrary<Answer> {
  const text = fc.oneof(
    ...good.map((value) => ({ weight: 4, arbitrary: texts(value) })),
    ...bad.map((value) => ({ weight: 1, arbitrary: texts(value) })),
    { weight: 1, arbitrary: strangeJson.map((value) => JSON.stringify(value)) },
    { weight: 1, arbitrary: strangeText },
  );
  const body: fc.Arbitrary<Body> = fc.oneof(
    {
      weight: 12,
      arbitrary: fc.record({
        kind: fc.constant('json' as const),
        text,
        encoding: fc.constantFrom(
          ...times(20, 'utf8' as const),
          'utf16le' as const,
          'latin1' as const,
          'bom' as const,
          'gzip' as const,
        ),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant('cut' as const),
        text,
        at: fc.nat(2_000),
        take: fc.nat(20),
        put: fc.oneof(fc.constant(''), fc.string({ maxLength: 5, unit: 'binary' })),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant('deep' as const),
        open: fc.constantFrom(
          '[',
          '{"a":',
          '{"data":[',
          '{"meta":',
          '{"restrictions":',
          '{"__proto__":',
        ),
        core: fc.constantFrom('', 'null', '1', '"x"'),
        close: fc.constantFrom('', ']', '}'),
        levels: fc.constantFrom(10, 60, 70, 150, 2_000, 20_000),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant('padded' as const),
        text,
        times: fc.constantFrom(10, 10_000, 100_000, 300_000),
      }),
    },
  );
  const framing = fc.constantFrom<Answer['framing']>(
    ...times(40, 'length' as const),
    ...times(8, 'chunked' as const),
    'until end',
    'too long',
    'too short',
    'broken chunks',
    'no HTTP',
    'none',
  );
  // What is waited for costs a timeout each.
  const after = fc.constantFrom<Answer['after']>(
    ...times(300, 'keep' as const),
    ...times(100, 'end' as const),
    ...times(20, 'reset' as const),
    'hang',
    'drip',
    'flood',
  );
  return fc.record({
    status,
    headers: fc.oneof({ weight: 4, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: headers }),
    body,
    framing,
    after,
  });
}

/** The body as bytes; as text where it is one. */
export function bodyOf(body: Body): Buffer {
  switch (body.kind) {
    case 'json':
      return encoded(body.text, body.encoding);
    case 'cut': {
      const from = body.at % (body.text.length + 1);
      return Buffer.from(
        body.text.slice(0, from) + body.put + body.text.slice(from + body.take),
        'latin1',
      );
    }
    case 'deep':
      return Buffer.from(
        body.open.repeat(body.levels) + body.core + body.close.repeat(body.levels),
      );
    case 'padded':
      return Buffer.from(' '.repeat(body.times) + body.text);
  }
}

function encoded(text: string, encoding: 'utf8' | 'utf16le' | 'latin1' | 'bom' | 'gzip'): Buffer {
  if (encoding === 'gzip') return gzipSync(text);
  return encoding === 'bom' ? Buffer.from(`\ufeff${text}`) : Buffer.from(text, encoding);
}

/** The answer on the wire. */
export function wireAnswer({
  status: code,
  headers: lines,
  body,
  framing,
  after,
}: Answer): RawAnswer {
  const payload = bodyOf(body);
  if (framing === 'none')
    return { bytes: Buffer.alloc(0), after: after === 'keep' ? 'end' : after };
  if (framing === 'no HTTP') return { bytes: payload, after: 'end' };
  const chunk = `${payload.length.toString(16)}\r\n`;
  const isChunked = framing === 'chunked' || framing === 'broken chunks';
  const length = {
    length: payload.length,
    'too long': payload.length + 10,
    'too short': Math.max(0, payload.length - 3),
  }[framing as 'length'];
  const frame = isChunked
    ? ['transfer-encoding: chunked']
    : length === undefined
      ? []
      : [`content-length: ${length}`];
  const head = [`HTTP/1.1 ${String(code).padStart(3, '0')} Said`, ...frame, ...lines, '', ''].join(
    '\r\n',
  );
  const parts =
    isChunked && payload.length > 0
      ? [Buffer.from(chunk), payload, Buffer.from('\r\n')]
      : [payload];
  const last = framing === 'chunked' ? '0\r\n\r\n' : framing === 'broken chunks' ? 'zz\r\n' : '';
  const ends =
    framing === 'length' || framing === 'chunked' ? after : after === 'keep' ? 'end' : after;
  return {
    bytes: Buffer.concat([Buffer.from(head, 'latin1'), ...parts, Buffer.from(last)]),
    after: ends,
  };
}
