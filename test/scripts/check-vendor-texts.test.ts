import { describe, expect, test } from '@jest/globals';
import { vendorTextBreaches } from '../../scripts/check-vendor-texts.ts';

const found = (text: string, path = 'lib/gateways/acme/client.ts') =>
  vendorTextBreaches([{ path, text }]);

describe('check:vendor-texts', () => {
  test.each([
    [
      'a reason in an error',
      'function f(answer: Json) { throw new VendorError("body", "get", answer.message); }',
      'an error has a part of an answer',
    ],
    [
      'a header in a text',
      'async function f(response: Response) { const to = response.headers.get("location"); return `to ${to}`; }',
      'a text has a part of an answer',
    ],
    [
      'a header in an error, by way of a helper',
      'const fail = (why: string) => new VendorError("body", "get", why);\nfunction f(headers: Headers) { throw fail(headers.get("www-authenticate") ?? "none"); }',
      'fail gets a part of an answer for an error',
    ],
    [
      'what was sent for, taken apart',
      'async function f(send: SendRequest) { const { error: { code } } = await send({}); throw new WireError(`no: ${code}`); }',
      'an error has a part of an answer',
    ],
    [
      'a reason that was put together',
      'function f(answer: Json) { return [answer.code, answer.message].join(": "); }',
      'a text has a part of an answer',
    ],
    [
      'a sum of texts',
      'function f(body: string) { const parsed = JSON.parse(body); return "no: " + parsed.detail; }',
      'a text has a part of an answer',
    ],
    [
      'a text of a callback',
      'function f(answer: Json) { return answer.detail.map(({ msg }) => `${msg}.`); }',
      'a text has a part of an answer',
    ],
    [
      'what a function of the file takes out of it',
      'const why = (answer: Json) => answer.message;\nfunction f(given: Json) { throw new VendorError("body", "get", why(given)); }',
      'an error has a part of an answer',
    ],
    [
      'the name of a live server',
      'function f(live: LiveServer) { throw new VendorError("body", "put", `not ${live.fields.name}`); }',
      'an error has a part of an answer',
    ],
    [
      'a reason that is kept in a variable',
      'function f(answers: readonly Json[]) { let last; for (const one of answers) { last = one; } throw make(last); }',
      'an error has a part of an answer',
    ],
    [
      'an error of a sign-in',
      'function f({ error_description: said }: AuthorizationResponseError) { return `refused: ${said}`; }',
      'a text has a part of an answer',
    ],
    [
      'a reason phrase',
      'function f(incoming) { return incoming.statusMessage; }',
      'reads statusMessage',
    ],
  ])('%s is a breach', async (_what, text, expected) => {
    const lines = await found(text);
    expect(lines.length).toBeGreaterThan(0);
    expect(lines.join('\n')).toContain(expected);
    expect(lines[0]).toMatch(/^lib\/gateways\/acme\/client\.ts:\d+: .*; use vendorText$/);
  });

  test.each([
    [
      'a text that was judged',
      'function f(answer: Json, known: KnownSecrets) { throw new VendorError("body", "get", vendorText(answer.message, known) ?? "left out"); }',
    ],
    [
      'a text that is put together to be judged',
      'function f(answer: Json) { return vendorText([answer.code, answer.message].join(": "), known); }',
    ],
    [
      'the status',
      'function f({ status }: Response, other: Response) { throw new VendorError("status", "get", `HTTP ${status} ${other.status}`); }',
    ],
    [
      'what is said of an answer',
      'function f(answer: Json) { throw fail(answer === null ? "nothing" : "something"); }',
    ],
    [
      'a token, which prints as [secret]',
      'const f = (answer: Json) => [new Secret(answer.token)];',
    ],
    [
      'what is our own',
      'function f(id: string) { throw new VendorError("body", "get", `no ${id}`); }',
    ],
  ])('%s is not', async (_what, text) => {
    expect(await found(text)).toEqual([]);
  });

  test('the reason of a body is put together in one file only', async () => {
    const text = 'function f(answer: Json) { return [answer.code, answer.message].join(": "); }';
    expect(await found(text, 'lib/gateways/http/reason.ts')).toEqual([]);
    expect(await found(text, 'lib/gateways/http/exchange.ts')).toHaveLength(1);
  });
});
