import fc from 'fast-check';
import { buildBody } from '../../lib/plan/body/body.ts';
import { isJsonObject } from '../../lib/model/json/json.ts';
import type { LiveServer } from '../../lib/model/live.types.ts';
import { planServer } from '../../lib/plan/server-plan.ts';
import { plainText } from '../../lib/model/text/plain-text.ts';
import { assemblePlan } from '../../lib/plan/fleet-plan.ts';
import { renderPlan } from '../../lib/plan/text/render-text.ts';
import type { Provider, VendorSession } from '../../lib/gateways/provider.ts';
import { isVendorError } from '../../lib/model/errors/vendor-error.ts';
import { contextOf, inputsOf, serverOf } from '../../test/plan/support/builders.ts';
import { guardState } from '../../test/plan/support/plans.ts';
import {
  allTextOf,
  clientFor,
  collect,
  connectionTo,
  sessionInputs,
} from '../../test/gateways/support.ts';
import { answers, bodyOf, wireAnswer } from './answers.ts';
import type { Answer } from './answers.ts';
import { fuzzer, must } from './fuzzer.ts';
import type { Fuzzer } from './fuzzer.ts';
import { startRawServer } from '../../test/support/raw-server.ts';
import { alloy, barndoor, contextForge, unkept } from './vendors.ts';
import type { Vendor } from './vendors.ts';

const token = 'bearer-9b1c77';
const bad = [
  { error: 'bad_request', message: `no ${token}`, details: { a: 1 } },
  { detail: [{ loc: ['body', 'slug'], msg: 'string does not match', type: 'x' }] },
  { error: { code: 'E1', message: 'no', details: [] } },
];

type Call = 'list' | 'get' | 'put';
interface Case {
  readonly call: Call;
  readonly answer: Answer;
}

/** Small, so that what is beyond is met often. */
const maxBytes = 256 * 1024;
const timeoutMs = 250;

/**
 * Whatever a vendor answers, on a real connection: a VendorError that says where, with nothing in it that must not be
 * told, after no more requests than an attempt may make; or servers that are what the answer says. Those go on to a plan,
 * its text and the body of a PUT.
 */
const vendorFuzzer = (
  vendor: Vendor,
  callOf: (session: VendorSession, call: Call) => Promise<readonly LiveServer[]>,
): Fuzzer<Case> => ({
  name: vendor.name,
  what: `answers of ${vendor.title} over HTTP on loopback: client, conversion, plan, body of a PUT`,
  inputs: fc.record({
    call: fc.constantFrom<Call>('list', 'list', 'get', 'put'),
    answer: answers(vendor.good, bad),
  }),
  open: async () => {
    const server = await startRawServer();
    const http = clientFor(vendor.name, [server.url], { maxBytes, timeoutMs });
    const provider = vendor.create(http);
    const connection = connectionTo(vendor.name, server.url);
    return {
      check: async ({ call, answer }) => {
        const { bytes, after } = wireAnswer(answer);
        let pages = 0;
        const { requests } = server.answer(() => {
          pages += 1;
          // A list that goes on for ever is ended by the client.
          return { bytes, after };
        });
        const session = provider.open(connection, sessionInputs([token, token]));
        const found = await callOf(session, call).catch((error: unknown) => {
          must(
            isVendorError(error),
            `not typed: ${error instanceof Error ? error.stack : String(error)}`,
          );
          must(
            error.operation === call && error.context['connection'] === connection.name,
            'the error names no place',
          );
          must(call === 'list' || error.context['server'] === 's1', 'the error names no server');
          const { message } = error;
          // Characters are code points: a pair of surrogates is one, as `plainText` counts them.
          must(
            message !== '' &&
              Array.from(message).length <= 600 &&
              message === plainText(message, 600),
            `no plain line: ${message}`,
          );
          const told = allTextOf(error);
          // As a reason, a vendor may say whatever it likes.
          const isReason = !/[[{]/.test(bodyOf(answer.body).toString());
          const untold = isReason ? [token] : [token, unkept];
          must(!untold.some((text) => told.includes(text)), 'the error tells what it must not');
          must(requests() <= 8, `${requests()} requests for one attempt`);
        });
        if (!found) return;
        must(pages > 0, 'servers without an answer');
        mustBeSaid(vendor, call, bodyOf(answer.body), found);
        for (const live of found) mustPlan(vendor, provider, live);
      },
      close: async () => {
        http.close();
        await server.close();
      },
    };
  },
});

/** The answer says so: read once more, without any of what reads it. */
function mustBeSaid(vendor: Vendor, call: Call, body: Buffer, found: readonly LiveServer[]): void {
  const said = JSON.parse(body.toString().replace(/^\ufeff/, '')) as Record<string, unknown>;
  const rows =
    call === 'list'
      ? Array.isArray(said)
        ? (said as unknown[])
        : [said['data'], said['servers'], said['gateways']].find(Array.isArray)
      : [said];
  must(
    rows !== undefined && found.length % Math.max(rows.length, 1) === 0,
    'not as many servers as the answer has',
  );
  for (const [index, live] of found.entries()) {
    const row = rows[index % rows.length] as Record<string, unknown>;
    must(
      live.id === row[vendor.idIn] && typeof live.id === 'string' && live.id !== '',
      'another id',
    );
    must(call === 'list' || live.id === 's1', 'not the server that was asked for');
    for (const [key, value] of Object.entries(live.fields)) {
      must(vendor.kept.includes(key), `kept ${key}`);
      const { says = (_key, one) => one } = vendor;
      if (!vendor.whole.includes(key)) mustEqual(value, says(key, row[key]), `another ${key}`);
      else must(isJsonObject(value), `${key} is no object`);
    }
  }
}

function mustEqual(one: unknown, other: unknown, what: string): void {
  must(JSON.stringify(one) === JSON.stringify(other), what);
}

/** What was read can be planned with, shown, and sent back as it was. */
function mustPlan(vendor: Vendor, provider: Provider, live: LiveServer): void {
  const context = { ...contextOf(), table: provider.table };
  const desired = serverOf(vendor.spec as never, { id: live.id });
  const { planned, verdicts } = planServer(context, inputsOf(desired, live.fields));
  const plan = assemblePlan(
    { connection: 'acme', provider: vendor.name },
    { servers: [planned], quiet: { inSync: 0, assumed: 0 } },
    { count: 1, first: [live] },
    guardState(),
  );
  for (const line of renderPlan(plan).split('\n'))
    must(line === plainText(line, line.length), 'a terminal obeys it');
  const units = verdicts.map(({ unit }) => unit);
  const changed = new Set(planned.changes.map(({ pointer }) => pointer));
  let body;
  try {
    ({ body } = buildBody(units, changed, new Set(), live, new Map()));
  } catch (error) {
    // The one thing that cannot be sent back as it was.
    must((error as { code?: string }).code === 'inexact-number', `no body: ${String(error)}`);
    return;
  }
  for (const number of JSON.stringify(body).match(/-?\d[\d.eE+-]*/g) ?? []) {
    must(
      !/^-?\d{16,}$/.test(number) || Number.isSafeInteger(Number(number)),
      `sends ${number}, which may have been another`,
    );
  }
  must(!Object.keys(body).some((key) => !(key in vendor.spec)), 'sends what is not declared');
}

export const callOf = async (
  session: VendorSession,
  call: Call,
): Promise<readonly LiveServer[]> => {
  if (call === 'list') return collect(session.list());
  // With a word on the credential, so that no gateway is read first.
  const body = { name: 'New', authType: 'none' };
  return [call === 'get' ? await session.get('s1') : await session.put('s1', body, [])];
};

export const barndoorFuzzer = (call = callOf) => fuzzer(vendorFuzzer(barndoor, call));
export const contextForgeFuzzer = (call = callOf) => fuzzer(vendorFuzzer(contextForge, call));
export const alloyFuzzer = (call = callOf) => fuzzer(vendorFuzzer(alloy, call));
