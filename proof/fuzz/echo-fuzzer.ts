import fc from 'fast-check';
import { createAlloy } from '../../lib/gateways/alloy/provider.ts';
import type { VendorSession } from '../../lib/gateways/provider.ts';
import { isVendorError } from '../../lib/model/errors/vendor-error.ts';
import type { VendorError } from '../../lib/model/errors/vendor-error.ts';
import { Secret } from '../../lib/model/secret.ts';
import {
  allTextOf,
  clientFor,
  collect,
  connectionTo,
  sessionInputs,
} from '../../test/gateways/support.ts';
import { spellings } from '../../test/secrets/spellings.ts';
import { startRawServer } from '../../test/support/raw-server.ts';
import { fuzzer, must } from './fuzzer.ts';

const letters = 'ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz0123456789-_.~+/='.split('');
const textOf = (minLength: number, maxLength: number) =>
  fc.string({ unit: fc.constantFrom(...letters), minLength, maxLength });

const periodic = textOf(1, 3).map((unit) => unit.repeat(5_000 / unit.length));

/** Values as credentials have them; long ones, and such as repeat themselves, cost most to compare. */
const value = fc.oneof(
  { weight: 6, arbitrary: textOf(16, 60) },
  { weight: 1, arbitrary: fc.noShrink(textOf(2_000, 2_100)) },
  { weight: 1, arbitrary: fc.noShrink(periodic) },
);

/** Where an answer may repeat what it knows. */
const places = {
  message: (echo: string) => ({ body: { error: { code: 'CONFLICT', message: echo } } }),
  code: (echo: string) => ({ body: { error: { code: echo.slice(0, 64), message: echo } } }),
  detail: (echo: string) => ({ body: { detail: [{ loc: ['body', 'name'], msg: echo }] } }),
  text: (echo: string) => ({ body: echo }),
  'padded text': (echo: string) => ({ body: echo.repeat(Math.ceil(16_384 / echo.length)) }),
  location: (echo: string) => ({ headers: `location: https://x.example/${echo}` }),
  'location host': (echo: string) => ({
    // As it is written: base64 in another case says something else.
    headers: `location: https://${echo.replaceAll(/[^\w.-]/g, '')}/`,
  }),
  encoding: (echo: string) => ({ headers: `content-encoding: ${echo}` }),
  challenge: (echo: string) => ({ headers: `www-authenticate: Bearer error="${echo}"` }),
  'retry-after': (echo: string) => ({ headers: `retry-after: ${echo}` }),
  phrase: (echo: string) => ({ phrase: echo }),
};
type Place = keyof typeof places;

interface Case {
  /** The bearer token, another server's accessUrl, another server's secret, the secret that is sent. */
  readonly values: readonly [string, string, string, string];
  readonly which: number;
  readonly from: number;
  readonly length: number;
  readonly before: string;
  readonly after: string;
  readonly spelling: string;
  readonly place: Place;
  readonly status: number;
}

export type Put = (session: VendorSession, secret: Secret) => Promise<unknown>;
export const put: Put = (session, secret) => session.put('s1', { name: 'New' }, [secret]);

const around = fc.string({
  unit: fc.constantFrom(' ', '"', ':', 'x', '7', '\\', '%', '&'),
  maxLength: 8,
});

/** A vendor that repeats a piece of what it knows, spelled in any way, at any place of an answer. */
export const echoFuzzer = (send = put) =>
  fuzzer<Case>({
    name: 'echo',
    what: 'answers that repeat a piece of a secret, of this server or another, in a body or a header, however it is spelled',
    inputs: fc.record({
      values: fc.tuple(value, value, value, value),
      which: fc.nat(3),
      from: fc.nat(2_000),
      length: fc.integer({ min: 12, max: 80 }),
      before: around,
      after: around,
      spelling: fc.constantFrom(...Object.keys(spellings)),
      place: fc.constantFrom(...(Object.keys(places) as Place[])),
      status: fc.constantFrom(200, 302, 400, 401, 403, 409, 422, 500),
    }),
    open: async () => {
      const server = await startRawServer();
      const http = clientFor('alloy', [server.url], { timeoutMs: 2_000 });
      const provider = createAlloy(http);
      const connection = connectionTo('alloy', server.url);
      return {
        check: async (one) => {
          const [token, access, others, own] = one.values;
          const inputs = sessionInputs([token, token]);
          const session = provider.open(connection, inputs);
          const accessUrl = `https://mcp.example/mcp/s2?token=${encodeURIComponent(access)}`;
          const servers = [{ serverId: 's1' }, { serverId: 's2', accessUrl }];
          server.answer(() => ({ bytes: answer(200, '', '', { servers }), after: 'keep' }));
          await collect(session.list());
          inputs.known.add([new Secret(others)]);
          const { piece, echo } = echoOf(one);
          const {
            body = {},
            headers = '',
            phrase = '',
          } = places[one.place](echo) as {
            body?: unknown;
            headers?: string;
            phrase?: string;
          };
          server.answer(() => ({
            bytes: answer(one.status, phrase, headers, body),
            after: 'keep',
          }));
          const error = await send(session, new Secret(own)).catch((failed: unknown) => failed);
          must(isVendorError(error), 'no error');
          mustNotRepeat(error, one, piece, echo);
        },
        close: async () => {
          http.close();
          await server.close();
        },
      };
    },
  });

function echoOf({ values, which, from, length, before, after, spelling, place }: Case) {
  // Of a value the beginning counts, as it is written: in an address a character may take three.
  const whole = (values[which] as string).slice(0, which === 1 ? 680 : 2_048);
  const start = from % (whole.length - 11);
  const piece = whole.slice(start, start + length);
  const spelled = (spellings[spelling] as (piece: string) => string)(piece);
  const inBody = ['message', 'code', 'detail', 'text', 'padded text'].includes(place);
  // A header can carry neither line breaks nor all characters.
  const echo = inBody ? spelled : spelled.replaceAll(/[^ -~]/g, '');
  return { piece, echo: `${before} ${echo} ${after}` };
}

/** Looked for here without any of what looks for it: each twelve characters, without case and white space. */
function mustNotRepeat(error: VendorError, { spelling }: Case, piece: string, echo: string): void {
  must(Array.from(error.message).length <= 500, 'longer than 500 characters');
  const shown = allTextOf(error).toLowerCase();
  const joined = shown.replaceAll(/\s/g, '');
  const small = piece.toLowerCase();
  for (let at = 0; at + 12 <= small.length; at += 1) {
    const part = small.slice(at, at + 12);
    must(!shown.includes(part) && !joined.includes(part), `repeats, ${spelling}: ${part}`);
  }
  const echoed = echo.trim().slice(0, 200).toLowerCase();
  must(!shown.includes(echoed), `repeats, ${spelling}: ${echoed}`);
}

function answer(status: number, phrase: string, headers: string, body: unknown): Buffer {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const lines = [
    `HTTP/1.1 ${status} ${phrase.replaceAll(/[^ -~]/g, '')}`,
    `content-length: ${Buffer.byteLength(text)}`,
    ...(headers === '' ? [] : [headers]),
  ];
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n${text}`);
}
