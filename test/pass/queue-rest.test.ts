import { describe, expect, test } from '@jest/globals';
import { noQueue } from '../../lib/work/queue.ts';
import type { WorkQueue } from '../../lib/work/queue.ts';
import { retryMessages, sendRetries } from '../../lib/pass/queue-rest.ts';
import { memoryLog } from '../support/log.ts';
import { madeByContinuations } from './support/continuations.ts';

const now = Date.parse('2026-11-22T12:00:00.000Z');
const second = 1000;
const minute = 60 * second;
const at = (ms: number) => new Date(now + ms).toISOString();
const servers = (times: Readonly<Record<string, number>>) => ({
  servers: new Map(Object.entries(times).map(([id, ms]) => [id, at(ms)])),
});
const sent = (times: Readonly<Record<string, number>>) =>
  retryMessages('acme', servers(times), now).map(({ message, delayMs }) => [
    message.servers,
    delayMs,
  ]);

describe('retry messages', () => {
  test('nothing waits, nothing is sent', () => {
    expect(sent({})).toEqual([]);
  });

  test('a server is sent for when it is due', () => {
    expect(retryMessages('acme', servers({ a: 40 * second }), now)).toEqual([
      {
        message: {
          version: 1,
          connection: 'acme',
          servers: ['a'],
          reason: 'retry',
          dueAt: at(40 * second),
        },
        delayMs: 41 * second,
      },
    ]);
  });

  test('servers within a minute share a message, when the last of them is due', () => {
    expect(sent({ b: 90 * second, a: 40 * second, c: 101 * second, d: 10 * minute })).toEqual([
      [['a', 'b'], 91 * second],
      [['c'], 102 * second],
      [['d'], 10 * minute + second],
    ]);
  });

  test('more than ten are the whole connection', () => {
    const many = (n: number) =>
      Object.fromEntries(Array.from({ length: n }, (_, index) => [`s-${index}`, minute]));
    expect(sent(many(10))[0]?.[0]).toHaveLength(10);
    expect(sent(many(11))).toEqual([[undefined, minute + second]]);
  });

  test('what is more than 15 minutes away waits for the schedule', () => {
    expect(sent({ a: 15 * minute })).toEqual([]);
    expect(sent({ a: 15 * minute - second })).toEqual([[['a'], 15 * minute]]);
  });

  test('what is due already is sent for at once', () => {
    expect(sent({ a: -minute })).toEqual([[['a'], second]]);
  });

  test('while the connection waits nothing of it is tried: one message, or none', () => {
    const { servers: some } = servers({ a: second, b: 5 * minute });
    const messages = (ms: number) =>
      retryMessages('acme', { servers: some, connection: at(ms) }, now);
    expect(messages(2 * minute)).toMatchObject([
      { message: { connection: 'acme', dueAt: at(2 * minute) }, delayMs: 2 * minute + second },
    ]);
    expect(messages(2 * minute)[0]?.message).not.toHaveProperty('servers');
    expect(messages(20 * minute)).toEqual([]);
  });

  const send = async (queue: WorkQueue) => {
    const log = memoryLog();
    const clock = { now: () => now, sleep: async () => undefined };
    await sendRetries('acme', servers({ a: minute }), { queue, clock }, log);
    return log.lines.map(({ level }) => level);
  };

  test('without a queue they wait for the schedule, which is no error', async () => {
    expect(await send(noQueue)).toEqual(['debug']);
  });

  test('an error that is not the queue’s is not hidden', async () => {
    const broken = { send: () => Promise.reject(new TypeError('a bug')) };
    await expect(send(broken)).rejects.toThrow('a bug');
  });
});

test('100 approved changes are made by continuations, each once, and each function ends in time', () =>
  madeByContinuations(100));
