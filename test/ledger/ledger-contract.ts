import { isDeepStrictEqual } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { HistoryRecord } from '../../lib/model/history.types.ts';
import type { Pause } from '../../lib/model/ledger.types.ts';
import { eachLimited } from '../../lib/pass/limited.ts';
import type { Ledger } from '../../lib/ledger/ledger.types.ts';
import { LostUpdateError, StoreError } from '../../lib/model/errors/store-error.ts';
import { at, change, fullServer, hashOf, heldPlan, report, server } from './records.ts';
import { day, hour, type TestClock } from '../support/test-clock.ts';
import { sampled } from '../support/sample.ts';

/** A fresh, empty ledger. */
export interface LedgerSubject {
  readonly ledger: Ledger;
  /** Another writer of the same store. */
  readonly other: Ledger;
  /** The clock of both, at `records.at`. */
  readonly clock: TestClock;
  readonly close: () => Promise<void> | void;
}

const isOf = (id: string) => (record: HistoryRecord) =>
  record.kind === 'change' && record.server === id;

/** What every `Ledger` does. */
export function ledgerContract(name: string, open: () => Promise<LedgerSubject>): void {
  describe(`${name} is a Ledger`, () => {
    let subject: LedgerSubject;
    let ledger: Ledger;
    beforeEach(async () => {
      subject = await open();
      ({ ledger } = subject);
    });
    afterEach(() => subject.close());

    test('an unknown connection has nothing', async () => {
      const nothing = { pauses: [], servers: new Map(), resend: new Map() };
      expect(await ledger.read('acme')).toEqual(nothing);
      expect(await ledger.read('acme', ['a'])).toEqual(nothing);
      expect(await ledger.approvals('acme', subject.clock.now())).toEqual([]);
      expect(await ledger.held('acme', 'none')).toBeUndefined();
    });

    test('a record comes back as it was written, its rev another one', async () => {
      const written = await ledger.writeServer('acme', fullServer('a'));
      expect(written).toEqual({ ...fullServer('a'), rev: written.rev });
      expect(written.rev).toBeGreaterThan(0);
      const again = await ledger.writeServer('acme', { ...written, outcome: 'failed' });
      expect(again.rev).toBe(written.rev + 1);
      const { servers } = await subject.other.read('acme');
      expect(servers).toEqual(new Map([['a', again]]));
    });

    test('what a record no longer has is gone', async () => {
      const first = await ledger.writeServer('acme', fullServer('a'));
      const second = await ledger.writeServer('acme', server('a', { rev: first.rev }));
      expect((await ledger.read('acme')).servers.get('a')).toEqual(second);
    });

    test('of two writers that saw the same rev one loses, and nothing of it is written', async () => {
      const base = await ledger.writeServer('acme', server('a'));
      const won = await ledger.writeServer('acme', { ...base, label: 'mine' });
      const late = subject.other.writeServer('acme', { ...base, label: 'theirs' });
      await expect(late).rejects.toThrow(LostUpdateError);
      expect((await ledger.read('acme')).servers.get('a')).toEqual(won);
    });

    test('of two writers at the same moment exactly one wins', async () => {
      const results = await Promise.allSettled(
        [ledger, subject.other].map((one) => one.writeServer('acme', server('a'))),
      );
      expect(results.map((result) => result.status).toSorted()).toEqual(['fulfilled', 'rejected']);
      const lost = results.find((result) => result.status === 'rejected');
      expect(lost?.reason).toBeInstanceOf(LostUpdateError);
    });

    test('a rev of 0 writes over nothing, and another one needs its item', async () => {
      await ledger.writeServer('acme', server('a'));
      await expect(ledger.writeServer('acme', server('a'))).rejects.toThrow(LostUpdateError);
      const stranger = ledger.writeServer('acme', server('b', { rev: 3 }));
      await expect(stranger).rejects.toThrow(LostUpdateError);
      expect([...(await ledger.read('acme')).servers.keys()]).toEqual(['a']);
    });

    test('a server is forgotten only at the rev that was seen, and twice does no harm', async () => {
      const first = await ledger.writeServer('acme', server('a'));
      const second = await subject.other.writeServer('acme', first);
      await expect(ledger.forgetServer('acme', first)).rejects.toThrow(LostUpdateError);
      await ledger.forgetServer('acme', second);
      await ledger.forgetServer('acme', second);
      expect((await ledger.read('acme')).servers.size).toBe(0);
      // A process that was frozen before it wrote cannot take the new record for the one that it had read.
      subject.clock.advance(1000);
      const again = await ledger.writeServer('acme', server('a'));
      await expect(ledger.writeServer('acme', first)).rejects.toThrow(LostUpdateError);
      await expect(ledger.forgetServer('acme', second)).rejects.toThrow(LostUpdateError);
      expect((await ledger.read('acme')).servers.get('a')).toEqual(again);
    });

    test('a read has pauses and servers, of its connection, and no history', async () => {
      const connection: Pause = { at };
      const one: Pause = { id: 'a', at, reason: 'maintenance', by: 'kim', until: at };
      await ledger.pause('acme', connection);
      await ledger.pause('acme', one);
      await ledger.pause('other', { at });
      const a = await ledger.writeServer('acme', server('a'));
      await ledger.writeServer('other', server('z'));
      await ledger.record('acme', change('a'));
      await ledger.putPushed('acme', [{ server: 'a', declaration: hashOf('a') }], {
        at,
        by: 'kim',
      });
      await ledger.putHeld('acme', heldPlan(1));
      await ledger.putReport('acme', report(), true);
      const state = await ledger.read('acme');
      expect(state.pauses.toSorted((x) => (x.id === undefined ? -1 : 1))).toEqual([
        connection,
        one,
      ]);
      expect(state.servers).toEqual(new Map([['a', a]]));
    });

    test('ids limit a read to them, with their pauses and the connection’s', async () => {
      for (const id of ['a', 'b', 'c']) await ledger.writeServer('acme', server(id));
      await ledger.pause('acme', { at });
      await ledger.pause('acme', { id: 'b', at });
      await ledger.pause('acme', { id: 'c', at });
      const state = await ledger.read('acme', ['a', 'b', 'b', 'unknown']);
      expect([...state.servers.keys()].toSorted()).toEqual(['a', 'b']);
      expect(state.pauses.map((pause) => pause.id ?? '').toSorted()).toEqual(['', 'b']);
      expect((await ledger.read('acme', [])).servers.size).toBe(0);
    });

    test('ids may be long, and in any script', async () => {
      const ids = ['ü', '数据', '😀', '\uffff', 'Z'.repeat(128), '😀'.repeat(64), 'a b', "'"];
      for (const id of ids) await ledger.writeServer('acme', server(id));
      const { servers } = await ledger.read('acme');
      expect([...servers.keys()].toSorted()).toEqual(ids.toSorted());
      expect((await ledger.read('acme', ids)).servers.size).toBe(ids.length);
    });

    test('a read is complete, however large: more than a page of 1 MB', async () => {
      const long = Object.fromEntries(
        Array.from({ length: 100 }, (_, n) => [
          `/meta/key-${n}`,
          { ...server('x').applied['/name'] },
        ]),
      ) as ReturnType<typeof server>['applied'];
      const ids = Array.from({ length: 80 }, (_, n) => `server-${n}`);
      // Not all at once: on a busy machine the last would wait too long for a connection.
      await eachLimited(ids, 20, async (id) => {
        await ledger.writeServer('acme', server(id, { applied: long }));
      });
      const { servers } = await ledger.read('acme');
      expect(servers.size).toBe(ids.length);
      expect((await ledger.read('acme', ids)).servers.size).toBe(ids.length);
      expect(servers.get('server-7')?.applied).toEqual(long);
    });

    test('a record with 3,000 declared leaves fits', async () => {
      const applied = Object.fromEntries(
        Array.from({ length: 3000 }, (_, n) => [
          `/meta/group/key-${n}`,
          { fingerprint: { keyId: 'key-1', mac: hashOf(`${n}`) }, at },
        ]),
      );
      const pointers = Object.keys(applied);
      const record = server('a', { applied, intent: { epoch: 1, pointers, at } });
      const written = await ledger.writeServer('acme', record);
      expect((await ledger.read('acme', ['a'])).servers.get('a')).toEqual(written);
    });

    test('marks stay until exactly they are forgotten, whatever else is written', async () => {
      const marks = async (ids?: readonly string[]) =>
        (await subject.other.read('acme', ids)).resend;
      await ledger.writeServer('acme', server('a'));
      await ledger.markResend('acme', 'a', 'one');
      await subject.other.markResend('acme', 'a', 'two');
      await ledger.markResend('acme', 'a', 'two');
      await ledger.markResend('acme', 'b', 'one');
      await ledger.markResend('other', 'a', 'one');
      const both = new Map([
        ['a', new Set(['one', 'two'])],
        ['b', new Set(['one'])],
      ]);
      expect(await marks()).toEqual(both);
      expect(await marks(['b', 'c'])).toEqual(new Map([['b', new Set(['one'])]]));

      await ledger.clearResend('acme', 'a', new Set(['one', 'none']));
      await ledger.clearResend('acme', 'b', new Set(['none']));
      await ledger.clearResend('acme', 'b', new Set());
      await ledger.clearResend('acme', 'c', new Set(['one']));
      expect(await marks()).toEqual(both.set('a', new Set(['two'])));
      await ledger.clearResend('acme', 'a', new Set(['two']));
      await ledger.clearResend('acme', 'a', new Set(['two']));
      expect(await marks(['a', 'b'])).toEqual(new Map([['b', new Set(['one'])]]));
      expect((await ledger.read('other')).resend.size).toBe(1);
      await ledger.markResend('acme', 'a', 'three');
      expect((await marks()).get('a')).toEqual(new Set(['three']));
      expect((await ledger.read('acme')).servers.size).toBe(1);
    });

    test('any number of servers may be marked, each for itself: more of them than one item could hold', async () => {
      const ids = Array.from({ length: 420 }, (_, n) => '😀'.repeat(244) + `${n}`.padStart(4, '0'));
      await eachLimited(ids, 50, (id) => ledger.markResend('acme', id, 'mark'));
      const { resend } = await ledger.read('acme');
      expect([...resend.keys()].toSorted()).toEqual(ids.toSorted());
      expect((await ledger.read('acme', ids.slice(0, 10))).resend.size).toBe(10);
    });

    test('a held plan comes back, until seven days after it was last met', async () => {
      const held = heldPlan(3);
      expect(await ledger.putHeld('acme', held)).toBe(true);
      expect(await subject.other.putHeld('acme', held)).toBe(false);
      expect(await subject.other.held('acme', held.digest)).toEqual(held);
      expect(await ledger.held('other', held.digest)).toBeUndefined();
      expect(await ledger.held('acme', held.digest.slice(0, -1))).toBeUndefined();
      expect(await ledger.held('acme', '')).toBeUndefined();
      subject.clock.advance(6 * day);
      expect(await ledger.putHeld('acme', { ...held, at: subject.clock.time() })).toBe(false);
      subject.clock.advance(6 * day);
      expect(await ledger.held('acme', held.digest)).toEqual(held);
      subject.clock.advance(2 * day);
      expect(await ledger.held('acme', held.digest)).toBeUndefined();
      await ledger.putHeld('acme', { ...held, at: subject.clock.time() });
      expect((await ledger.held('acme', held.digest))?.at).toBe(subject.clock.time());
    });

    test('held plans are listed by the beginning of their digest, until they are over', async () => {
      const [one, two] = [heldPlan(1), heldPlan(2)];
      await ledger.putHeld('acme', one);
      subject.clock.advance(day);
      await ledger.putHeld('acme', { ...two, at: subject.clock.time() });
      const both = [one.digest, two.digest].toSorted();
      expect(await ledger.heldDigests('acme')).toEqual(both);
      expect(await subject.other.heldDigests('acme', one.digest.slice(0, 8))).toEqual([one.digest]);
      expect(await ledger.heldDigests('acme', `${one.digest}0`)).toEqual([]);
      expect(await ledger.heldDigests('other')).toEqual([]);
      subject.clock.advance(6.5 * day);
      expect(await ledger.heldDigests('acme')).toEqual([two.digest]);
    });

    test.each(
      sampled(
        [
          [30_000, 5000],
          [10_000, 10_000],
        ],
        2,
      ),
    )('a held plan of %d changes keeps every hash, approved too', async (changes, shown) => {
      const held = heldPlan(changes);
      await Promise.all([ledger.putHeld('acme', held), subject.other.putHeld('acme', held)]);
      expect(await ledger.heldDigests('acme')).toEqual([held.digest]);
      const found = await ledger.held('acme', held.digest);
      expect(found?.plan.changes).toHaveLength(shown);
      const plan = { ...held.plan, changes: held.plan.changes.slice(0, shown) };
      // Jest's own comparison takes seconds for so many.
      expect(isDeepStrictEqual(found, { ...held, plan })).toBe(true);
      await ledger.approve('acme', { digest: held.digest, at, by: 'kim' });
      const [approval] = await ledger.approvals('acme', subject.clock.now());
      const { digest, hashes } = held;
      expect(isDeepStrictEqual(approval, { digest, at, by: 'kim', hashes })).toBe(true);
    });

    test('a held plan whose values are huge is stored with their beginnings', async () => {
      const value = { text: 'x'.repeat(300_000) };
      const held = heldPlan(50, { before: { kind: 'value', value } });
      await ledger.putHeld('acme', held);
      const found = await ledger.held('acme', held.digest);
      expect(found?.hashes).toEqual(held.hashes);
      expect(found?.plan.changes).toHaveLength(50);
    });

    test('an approval is valid for 24 hours, even if the held plan expires earlier', async () => {
      const held = heldPlan(2);
      await ledger.putHeld('acme', held);
      subject.clock.advance(7 * day - hour);
      const approvedAt = subject.clock.time();
      await ledger.approve('acme', { digest: held.digest, at: approvedAt });
      const expected = [{ digest: held.digest, at: approvedAt, hashes: held.hashes }];
      expect(await subject.other.approvals('acme', subject.clock.now())).toEqual(expected);
      expect(await ledger.approvals('other', subject.clock.now())).toEqual([]);
      subject.clock.advance(day - 1);
      expect(await ledger.approvals('acme', subject.clock.now())).toEqual(expected);
      subject.clock.advance(1);
      expect(await ledger.approvals('acme', subject.clock.now())).toEqual([]);
    });

    test('several approvals stand side by side, and the same again counts from the second time', async () => {
      const [one, two] = [heldPlan(1), heldPlan(2)];
      for (const held of [one, two]) {
        await ledger.putHeld('acme', held);
        await ledger.approve('acme', { digest: held.digest, at });
      }
      subject.clock.advance(23 * hour);
      await ledger.approve('acme', { digest: one.digest, at: subject.clock.time() });
      subject.clock.advance(2 * hour);
      const found = await ledger.approvals('acme', subject.clock.now());
      expect(found.map((approval) => approval.digest)).toEqual([one.digest]);
    });

    test('what no pass has held yet is approved with its own hashes, and is not held by that', async () => {
      const { digest, hashes } = heldPlan(3);
      await ledger.approve('acme', { digest, at, by: 'kim', hashes });
      const expected = [{ digest, at, by: 'kim', hashes }];
      expect(await subject.other.approvals('acme', subject.clock.now())).toEqual(expected);
      expect(await ledger.heldDigests('acme')).toEqual([]);
      expect(await ledger.held('acme', digest)).toBeUndefined();
    });

    test('what is not held cannot be approved', async () => {
      const approval = ledger.approve('acme', { digest: hashOf('unknown'), at });
      await expect(approval).rejects.toThrow(StoreError);
      expect(await ledger.approvals('acme', subject.clock.now())).toEqual([]);
    });

    test('history takes values of any size and number', async () => {
      const value = 'x'.repeat(350_000);
      const field = change('a').fields[0];
      if (!field) throw new Error('no field');
      const shown = { kind: 'value', value } as const;
      const large = { ...field, before: shown, after: shown };
      const many = Array.from({ length: 5000 }, () => field);
      await ledger.record('acme', change('a', { fields: [large, ...many] }));
      const odd = { kind: 'value', value: { n: 1e300, deep: [[[[null, '']]]], '': -0.5 } } as const;
      await ledger.record('acme', change('a', { fields: [{ ...field, after: odd }] }));
      const rows = Array.from({ length: 450 }, (_, n) => ({
        server: `${n}`.padEnd(128, 'x'),
        label: 'l'.repeat(128),
        action: 'add' as const,
      }));
      await ledger.record('acme', { kind: 'push', at, by: 'kim', rows });
      const parts = (await ledger.history('acme')).filter(({ kind }) => kind === 'push');
      expect(parts).toHaveLength(3);
      expect(parts.toReversed().flatMap((one) => (one.kind === 'push' ? one.rows : []))).toEqual(
        rows,
      );
    });

    test('reports of any size are taken', async () => {
      const details = Array.from({ length: 1000 }, (_, n) => ({
        id: `${n}`.padEnd(128, 'x'),
        label: 'l'.repeat(5000),
        outcome: 'failed' as const,
        reason: { code: 'http-400', message: 'm'.repeat(500) },
      }));
      await ledger.putReport('acme', report({ details }), true);
      const { details: kept = [], ...rest } = (await ledger.lastReport('acme')) ?? {};
      const { details: _details, ...sent } = report();
      expect(rest).toEqual(sent);
      expect(kept).toEqual(details.slice(0, kept.length));
      await ledger.putReport('acme', report(), false);
    });

    test('the last report comes back, of its own connection', async () => {
      expect(await ledger.lastReport('acme')).toBeUndefined();
      await ledger.putReport('acme', report({ pass: 'first' }), true);
      await ledger.putReport('other', report({ pass: 'stranger' }), true);
      const last = report({ pass: 'second', scope: 'named', state: 'interrupted' });
      await subject.other.putReport('acme', last, false);
      expect(await ledger.lastReport('acme')).toEqual(last);
    });

    test('history is newest first, all of it or what matches, from a time on, up to a number', async () => {
      const times = ['10:00:00.000', '12:00:00.000', '12:00:00.001', '11:00:00.000'];
      const stamps = times.map((time) => `2026-11-22T${time}Z`);
      for (const [index, time] of stamps.entries()) {
        await ledger.record('acme', change(index % 2 === 0 ? 'a' : 'a b', { at: time }));
      }
      await ledger.record('acme', change('a', { at: '2026-11-22T09:00:00.000Z', label: 'l' }));
      await ledger.record('other', change('z'));
      const found = await subject.other.history('acme');
      const hours = found.map((one) => one.at.slice(11, 23));
      expect(hours).toEqual([...times.toSorted().toReversed(), '09:00:00.000']);
      expect(found.at(-1)).toEqual(change('a', { at: '2026-11-22T09:00:00.000Z', label: 'l' }));
      const ofOne = await ledger.history('acme', { matches: isOf('a') });
      expect(ofOne.map((one) => one.at.slice(11, 13))).toEqual(['12', '10', '09']);
      expect(await ledger.history('acme', { matches: isOf('c') })).toEqual([]);
      expect(await ledger.history('acme', { since: at })).toHaveLength(2);
      expect(await ledger.history('acme', { since: at, limit: 1 })).toEqual(found.slice(0, 1));
      expect(await ledger.history('unknown')).toEqual([]);
    });

    test('history of many records is read to its end, whatever matches', async () => {
      const number = 450;
      const start = Date.parse(at);
      for (let n = 0; n < number; n += 1) {
        const time = new Date(start + n).toISOString();
        await ledger.record('acme', { kind: 'resume', at: time, by: `kim-${n}` });
      }
      const names = async (filter: Parameters<Ledger['history']>[1]) =>
        (await ledger.history('acme', filter)).map(({ by }) => by);
      expect(await names({})).toEqual(
        Array.from({ length: number }, (_, n) => `kim-${number - 1 - n}`),
      );
      const oldest = (record: HistoryRecord) => /^kim-[01]$/.test(record.by ?? '');
      expect(await names({ matches: oldest, limit: 1 })).toEqual(['kim-1']);
      expect(await names({ limit: 201 })).toHaveLength(201);
      expect(await names({ since: new Date(start + 400).toISOString() })).toHaveLength(50);
      expect(await names({ limit: 0 })).toEqual([]);
    });

    test('what a person does is in the history, by that person or unknown', async () => {
      const held = heldPlan(2);
      await ledger.putHeld('acme', held);
      const times = ['12:00', '12:01', '12:02', '12:03', '12:04'].map(
        (time) => `2026-11-22T${time}:00.000Z`,
      );
      const [first = '', second = '', third = '', fourth = '', fifth = ''] = times;
      await ledger.pause('acme', { at: first, by: 'kim', until: fifth, reason: 'audit' });
      await ledger.pause('acme', { at: second, id: 'a' });
      await ledger.resume('acme', { at: third, id: 'a', by: 'lee' });
      await ledger.approve('acme', { digest: held.digest, at: fourth, by: 'kim' });
      await ledger.record('acme', { kind: 'login', at: fifth, by: 'kim' });
      expect(await ledger.history('acme')).toEqual([
        { kind: 'login', at: fifth, by: 'kim' },
        { kind: 'approve', at: fourth, by: 'kim', digest: held.digest, changes: 2 },
        { kind: 'resume', at: third, by: 'lee', server: 'a' },
        { kind: 'pause', at: second, by: 'unknown', server: 'a' },
        { kind: 'pause', at: first, by: 'kim', until: fifth, reason: 'audit' },
      ]);
    });

    test('who pushed a declaration is known by its content, for 90 days', async () => {
      const [one, other] = ['a', 'b'].map((id) => ({ server: id, declaration: hashOf(id) }));
      if (!one || !other) throw new Error('two');
      await ledger.putPushed('acme', [one], { at, by: 'kim' });
      const edited = { server: 'a', declaration: hashOf('edited') };
      expect(await subject.other.pushed('acme', [other, one, edited])).toEqual([
        undefined,
        { at, by: 'kim' },
        undefined,
      ]);
      expect(await ledger.pushed('acme', [])).toEqual([]);
      expect(await ledger.pushed('other', [one])).toEqual([undefined]);
      subject.clock.advance(91 * day);
      expect(await ledger.pushed('acme', [one])).toEqual([undefined]);
    });

    test('history of the same moment keeps the order of its writes', async () => {
      for (const pass of ['1', '2', '3']) await ledger.record('acme', change('a', { pass }));
      expect((await ledger.history('acme')).map((one) => Object(one).pass)).toEqual([
        '3',
        '2',
        '1',
      ]);
    });

    test('history and reports are over after 90 days', async () => {
      await ledger.record('acme', change('a'));
      await ledger.putReport('acme', report(), true);
      subject.clock.advance(89 * day);
      expect(await ledger.history('acme')).toHaveLength(1);
      expect(await ledger.reports('acme')).toEqual([report()]);
      subject.clock.advance(2 * day);
      expect(await ledger.history('acme')).toEqual([]);
      expect(await ledger.reports('acme')).toEqual([]);
    });

    test('reports are those of passes that did something, newest first', async () => {
      const one = report({ pass: '20261122T120000000Z-one' });
      const quiet = { pass: '20261122T121000000Z-quiet', startedAt: '2026-11-22T12:10:00.000Z' };
      const two = { pass: '20261122T122000000Z-two', startedAt: '2026-11-22T12:20:00.000Z' };
      await ledger.putReport('acme', one, true);
      await ledger.putReport('acme', report(quiet), false);
      await ledger.putReport('acme', report(two), true);
      await ledger.putReport('other', report(), true);
      expect(await subject.other.reports('acme')).toEqual([report(two), one]);
      expect(await ledger.reports('acme', { since: quiet.startedAt })).toEqual([report(two)]);
      expect(await ledger.reports('acme', { limit: 1 })).toEqual([report(two)]);
    });

    test('a pause replaces an earlier one, until it is resumed', async () => {
      await ledger.pause('acme', { at, reason: 'audit', by: 'kim', until: at });
      await ledger.pause('acme', { at, by: 'lee' });
      await ledger.pause('acme', { id: 'a', at });
      await ledger.resume('acme', { at, by: 'kim' });
      expect((await ledger.read('acme')).pauses).toEqual([{ id: 'a', at }]);
      await subject.other.resume('acme', { id: 'a', at });
      await ledger.resume('acme', { id: 'a', at });
      await ledger.resume('unknown', { at });
      expect((await ledger.read('acme')).pauses).toEqual([]);
      await ledger.pause('acme', { at, by: 'lee' });
      expect((await ledger.read('acme')).pauses).toEqual([{ at, by: 'lee' }]);
    });

    test('a process that was frozen overwrites no later reservation or binding of its label', async () => {
      const binding = { account: 'a', origin: 'created', stack: 's', at } as const;
      const seen = async () => (await subject.other.labels('acme')).get('one');
      const attemptOf = (nonce: string) => {
        return { nonce, account: 'a', body: {}, createOnly: '', epoch: 1, at };
      };
      const reserve = async (nonce: string) => {
        await ledger.advance('acme', 'one', { kind: 'reserve', reservation: attemptOf(nonce) });
        return seen();
      };
      const answer = async (nonce: string) => {
        const event = { kind: 'answered', attempt: attemptOf(nonce), id: nonce, binding } as const;
        await ledger.advance('acme', 'one', event);
        return seen();
      };
      const stale = { reserved: await reserve('n1'), bound: await answer('n1') };
      await ledger.advance('acme', 'one', { kind: 'vanished' });
      subject.clock.advance(1000);
      const lost = { ok: false, why: 'lost' };
      const reserved = await reserve('n2');
      const rejected = { kind: 'rejected', nonce: 'n1' } as const;
      expect(await subject.other.advance('acme', 'one', rejected, stale.reserved)).toEqual(lost);
      expect(await seen()).toEqual(reserved);
      const bound = await answer('n2');
      const remove = {
        kind: 'remove',
        at,
        epoch: 1,
        approval: 'd',
        account: 'a',
        stack: 's',
      } as const;
      expect(await subject.other.advance('acme', 'one', remove, stale.bound)).toEqual(lost);
      expect(await seen()).toEqual(bound);
      expect(bound).toMatchObject({ binding: { id: 'n2' } });
    });

    test('a label is reserved by one, bound to what it was answered, and no other process can settle it', async () => {
      const reservation = { nonce: 'n1', account: 'a', body: {}, createOnly: '', epoch: 1, at };
      const reserve = { kind: 'reserve', reservation } as const;
      const nothing = { revs: { reservation: 0, binding: 0 } };
      const both = await Promise.all([
        ledger.advance('acme', 'a b', reserve, nothing),
        subject.other.advance('acme', 'a b', reserve, nothing),
      ]);
      expect(both.filter(({ ok }) => ok)).toHaveLength(1);
      expect((await ledger.labels('acme')).get('a b')).toMatchObject({
        reservation: { nonce: 'n1', state: 'reserved' },
        revs: { reservation: expect.any(Number), binding: 0 },
      });
      const binding = { account: 'a', origin: 'created', stack: 's', at } as const;
      const stale = { kind: 'rejected', nonce: 'n0' } as const;
      expect(await ledger.advance('acme', 'a b', stale)).toEqual({ ok: false, why: 'lost' });
      await subject.other.advance('acme', 'a b', {
        kind: 'answered',
        attempt: reservation,
        id: 's1',
        binding,
      });
      expect(await ledger.labels('acme')).toEqual(
        new Map([
          [
            'a b',
            {
              binding: { ...binding, createOnly: '', id: 's1' },
              revs: { reservation: 0, binding: expect.any(Number) },
            },
          ],
        ]),
      );
      expect(await ledger.advance('acme', 'a b', { kind: 'vanished' })).toMatchObject({ ok: true });
      expect(await ledger.labels('acme')).toEqual(new Map());
      expect(await ledger.labels('other')).toEqual(new Map());
    });
  });
}
