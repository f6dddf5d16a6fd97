import { describe, expect, test } from '@jest/globals';
import { createQueued } from '../../functions/queued.ts';
import { createScheduled } from '../../functions/scheduled.ts';
import { createStream } from '../../functions/stream.ts';
import { readPlans } from '../../lib/cli/plans/plan-document.ts';
import { checkDocument } from '../../lib/desired/rules/document.ts';
import { parseText } from '../../lib/desired/yaml/text.ts';
import { readDesired } from '../../lib/pass/read/desired.ts';
import { documentFuzzer } from './document-fuzzer.ts';
import { VendorError } from '../../lib/model/errors/vendor-error.ts';
import { echoFuzzer, put } from './echo-fuzzer.ts';
import { eventFuzzer } from './event-fuzzer.ts';
import fc from 'fast-check';
import { fuzzer } from './fuzzer.ts';
import type { Fuzzer } from './fuzzer.ts';
import { fuzzers } from './fuzzers.ts';
import { mustReadLedger } from './kept.ts';
import { ledgerFuzzer } from './ledger-fuzzer.ts';
import { planFuzzer } from './plan-fuzzer.ts';
import { rowFuzzer } from './row-fuzzer.ts';
import { runFuzzer } from './run-fuzzer.ts';
import { stateFuzzer } from './state-fuzzer.ts';
import { ask, tokenFuzzer } from './token-fuzzer.ts';
import { alloyFuzzer, barndoorFuzzer, callOf, contextForgeFuzzer } from './vendor-fuzzer.ts';
import { runWatched } from './watched.ts';
import { yamlFuzzer } from './yaml-fuzzer.ts';

const options = { cases: 1_500, seed: 7, caseMs: 10_000, growthMb: 64 };

/** What a reader may get wrong, by the name of the fuzzer that has to notice. */
const planted: readonly (readonly [what: string, fuzzer: Fuzzer, error: RegExp])[] = [
  ['a document that is not looked at', documentFuzzer(() => []), /valid|TypeError/],
  [
    'a document check that throws at a list',
    documentFuzzer((value, how) => {
      if (JSON.stringify(value)?.includes('[null')) throw new TypeError('of undefined');
      return checkDocument(value, how);
    }),
    /TypeError: of undefined/,
  ],
  [
    'a text whose problems repeat it',
    yamlFuzzer((text, how) => {
      const { documents, problems } = parseText(text, how);
      return { documents, problems: problems.map((one) => ({ ...one, problem: text })) };
    }),
    /a problem is no plain line|a problem repeats the text/,
  ],
  [
    'a plan that nobody checks, shown as it is',
    planFuzzer(async (cwd, file, keys) => {
      const plans = await readPlans(cwd, file, keys);
      return plans.map((plan) => ({ ...plan, connection: undefined as unknown as string }));
    }),
    /TypeError/,
  ],
  [
    'a row that is dropped in silence',
    rowFuzzer((store, name, ids, how) =>
      readDesired(store, name, ids, { ...how, log: { ...how.log, warn: () => undefined } }),
    ),
    /a row that is neither is not told/,
  ],
  [
    'a ledger whose approvals are believed',
    ledgerFuzzer((ledger) =>
      mustReadLedger({
        ...ledger,
        approvals: async (...args) =>
          (await ledger.approvals(...args)).map((one) => ({ ...one, at: '9999-01-01T00:00:00Z' })),
      }),
    ),
    /an approval that never ends/,
  ],
  [
    'a state folder whose errors are not typed',
    stateFuzzer((ledger) =>
      mustReadLedger({
        ...ledger,
        read: async (...args) =>
          ledger.read(...args).catch((error: unknown) => {
            throw new SyntaxError(String(error));
          }),
      }),
    ),
    /not typed: SyntaxError/,
  ],
  [
    'a vendor that is believed to have no servers where it could not be read',
    barndoorFuzzer(async (session, call) => callOf(session, call).catch(() => [])),
    /SyntaxError|not as many servers/,
  ],
  [
    'an answer that is kept with its access URL',
    alloyFuzzer(async (session, call) => {
      const servers = await callOf(session, call);
      return servers.map((one) => ({ ...one, fields: { ...one.fields, accessUrl: 'x' } }));
    }),
    /kept accessUrl/,
  ],
  [
    'an answer that is kept with the credential that it shows',
    contextForgeFuzzer(async (session, call) => {
      const servers = await callOf(session, call);
      return servers.map((one) => ({ ...one, fields: { ...one.fields, authValue: 'x' } }));
    }),
    /kept authValue/,
  ],
  [
    'a vendor error that quotes what was sent',
    echoFuzzer(async (session, secret) =>
      put(session, secret).catch(() => {
        throw new VendorError('status', 'put', `not ${secret.reveal().slice(0, 60)}`);
      }),
    ),
    /repeats/,
  ],
  [
    'a token error that quotes what was sent',
    tokenFuzzer(async (tokens, kind, url) =>
      ask(tokens, kind, url).catch((error: unknown) => {
        throw Object.assign(error as Error, { quoted: 'sent-e2f411 given-90ad3c' });
      }),
    ),
    /the error tells a token/,
  ],
  [
    'a handler that takes an event on trust',
    eventFuzzer({
      createScheduled,
      createStream,
      createQueued: (...args) => {
        const handle = createQueued(...args);
        return ((event: never, context: never) => {
          const { length } = (event as { Records: unknown[] }).Records;
          return length < 0 ? undefined : handle(event, context);
        }) as unknown as typeof handle;
      },
    }),
    /TypeError/,
  ],
];

describe('each fuzzer finds what is wrong', () => {
  test.each(planted)('%s', async (_what, one, error) => {
    const { failure } = await runFuzzer(one, options);
    expect(failure?.error).toMatch(error);
    expect(failure?.input).not.toBe('');
  });

  test('none is left out', () => {
    const shown = new Set(planted.map(([, { name }]) => name));
    expect(fuzzers.map(({ name }) => name).filter((name) => !shown.has(name))).toEqual([]);
  });
});

describe('a run', () => {
  const numbers = fc.nat(1_000);
  const of = (check: (input: number) => Promise<void> | void) =>
    fuzzer({ name: 'numbers', what: 'numbers', inputs: numbers, open: async () => ({ check }) });

  test('shrinks what failed, and finds it again by the seed of its batch', async () => {
    const failing = of((input) => {
      if (input > 990) throw new Error('too large');
    });
    const first = await runFuzzer(failing, options);
    expect(first.failure).toMatchObject({
      input: '991',
      error: expect.stringContaining('too large'),
    });
    const again = await runFuzzer(failing, { ...options, seed: first.failure?.seed ?? 0 });
    expect(again.failure).toEqual({ ...first.failure, error: expect.anything() });
  });

  test('fails for a case that does not end, or ends too late', async () => {
    const never = of(() => new Promise(() => undefined));
    const { failure } = await runFuzzer(never, { ...options, cases: 4, caseMs: 20 });
    expect(failure?.error).toContain('did not end within 20 ms');
    const late = of(() => {
      for (const until = performance.now() + 40; performance.now() < until;);
    });
    const slow = await runFuzzer(late, { ...options, cases: 4, caseMs: 20 });
    expect(slow.failure?.error).toMatch(/the case took \d+ ms/);
  });

  test('fails for a heap that grows with its cases', async () => {
    const kept: string[] = [];
    const leak = of((input) => void kept.push(`${input}`.padEnd(10_000, 'x').split('').join('')));
    const { failure } = await runFuzzer(leak, { ...options, growthMb: 4 });
    expect(failure?.error).toMatch(/the heap grew by .* MB/);
    expect(kept.length).toBeGreaterThan(1_000);
  });

  test('ends a case that never gives back control, and names it by making it again', async () => {
    // The watch begins before the thread has started, which takes its time on a busy machine.
    const endless = new URL('endless-worker.ts', import.meta.url);
    const fine = of(() => undefined);
    const { failure } = await runWatched(fine, { ...options, caseMs: 2_000 }, endless);
    const input = String(fc.sample(numbers, { seed: 7, numRuns: 7 })[6]);
    expect(failure).toEqual({ seed: 7, input, error: 'the case 6 never ended' });
  }, 30_000);
});
