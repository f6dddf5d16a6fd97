import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { canonicalJson } from '../../lib/core/json.ts';
import type { Json } from '../../lib/core/json.types.ts';
import type { Declared } from '../../lib/core/plan-server.ts';
import { ParsedRows } from '../../lib/reconcile/parsed-rows.ts';
import type { DesiredRow } from '../../lib/reconcile/ports/desired-store.ts';
import type { Account } from '../../lib/reconcile/read-desired.ts';

const accountOf = (name: string, mode = 'correct') =>
  ({
    connection: { name, policy: { mode } },
    provider: { name: 'barndoor' },
  }) as unknown as Account;
const row = (id: string, value: object): DesiredRow => ({
  item: `server#${id}`,
  value: value as DesiredRow['value'],
});

/** What a read parses, of rows and a connection. */
function read(
  rows: ParsedRows,
  some: readonly DesiredRow[],
  { account = accountOf('acme'), isWhole = true } = {},
): readonly string[] {
  const parsed: string[] = [];
  const parser = rows.of(account, ({ item }): Declared => {
    parsed.push(item.slice('server#'.length));
    return { valid: false, server: { id: item, reason: 'x' } };
  });
  for (const one of some) parser.parse(one);
  parser.end(isWhole);
  return parsed;
}

describe('parsed rows', () => {
  const [a, b] = [
    row('a', { spec: { name: 'a' } }),
    row('b', { spec: { list: [1, { x: null }] } }),
  ];

  test('are parsed once, and again where anything in them differs', () => {
    const rows = new ParsedRows();
    expect(read(rows, [a, b])).toEqual(['a', 'b']);
    expect(read(rows, structuredClone([a, b]))).toEqual([]);
    expect(read(rows, [a, row('b', { spec: { list: [1, { x: 0 }] } })])).toEqual(['b']);
    expect(read(rows, [row('a', { spec: { name: 'a' }, label: 'A' }), b])).toEqual(['a', 'b']);
  });

  test('a connection’s own row as well, each connection by itself', () => {
    const rows = new ParsedRows();
    const own = (baseUrl: string) => ({ item: 'connection', value: { baseUrl } });
    const parsed: string[] = [];
    const parse = (name: string, url: string) =>
      rows.connection(name, own(url), ({ value }) => {
        parsed.push(`${name} ${String(value['baseUrl'])}`);
        return { ok: false, issues: [] };
      });
    const first = parse('acme', 'x');
    parse('globex', 'x');
    expect(parse('acme', 'x')).toBe(first);
    parse('acme', 'y');
    parse('globex', 'x');
    parse('acme', 'x');
    expect(parsed).toEqual(['acme x', 'globex x', 'acme y', 'acme x']);
  });

  test('give what they were parsed to', () => {
    const rows = new ParsedRows();
    const declared: Declared = { valid: false, server: { id: 'a', reason: 'x' } };
    const first = rows.of(accountOf('acme'), () => declared);
    expect(first.parse(a)).toBe(declared);
    first.end(true);
    const again = rows.of(accountOf('acme'), () => {
      throw new Error('parsed again');
    });
    expect(again.parse(structuredClone(a))).toBe(declared);
  });

  test('are parsed again when the connection says something else of its servers, or is another', () => {
    const rows = new ParsedRows();
    read(rows, [a]);
    expect(read(rows, [a], { account: accountOf('beta') })).toEqual(['a']);
    expect(read(rows, [a])).toEqual([]);
    expect(read(rows, [a], { account: accountOf('acme', 'report') })).toEqual(['a']);
    expect(read(rows, [a])).toEqual(['a']);
  });

  test('with what is no JSON are parsed each time', () => {
    const rows = new ParsedRows();
    const spoilt = () => row('a', { spec: { name: 'a' }, more: Symbol('binary') });
    read(rows, [a]);
    expect(read(rows, [spoilt()])).toEqual(['a']);
    expect(read(rows, [spoilt()])).toEqual(['a']);
  });

  test('that went are forgotten by a read of all, not by one of some', () => {
    const rows = new ParsedRows();
    read(rows, [a, b]);
    expect(read(rows, [a], { isWhole: false })).toEqual([]);
    expect(read(rows, [a, b])).toEqual([]);
    read(rows, [a]);
    expect(read(rows, [a, b])).toEqual(['b']);
  });

  test('of a read that did not end are kept as well: they were read', () => {
    const rows = new ParsedRows();
    rows.of(accountOf('acme'), () => ({}) as Declared).parse(a);
    expect(read(rows, [a, b])).toEqual(['b']);
  });

  test('are bounded: the connection that was read longest ago goes first', () => {
    const rows = new ParsedRows();
    const many = Array.from({ length: 15_000 }, (_, index) => row(String(index), {}));
    read(rows, [a], { account: accountOf('small') });
    read(rows, many, { account: accountOf('one') });
    expect(read(rows, [a], { account: accountOf('small') })).toEqual([]);
    read(rows, many, { account: accountOf('two') });
    expect(read(rows, [a], { account: accountOf('small') })).toEqual([]);
    expect(read(rows, many, { account: accountOf('one') })).toHaveLength(many.length);
  });

  test('are the same just where their canonical JSON is', () => {
    const value = fc.dictionary(
      fc.constantFrom('a', 'b', '__proto__', 'length'),
      fc.jsonValue({ maxDepth: 2 }),
      { maxKeys: 3 },
    );
    fc.assert(
      fc.property(value, value, (before, after) => {
        const rows = new ParsedRows();
        read(rows, [row('a', before)]);
        const same = canonicalJson(before as Json) === canonicalJson(after as Json);
        expect(read(rows, [row('a', after)])).toEqual(same ? [] : ['a']);
        expect(read(rows, [row('a', structuredClone(after))])).toEqual([]);
      }),
      { numRuns: 1_000 },
    );
  });
});
