import { expect, test } from '@jest/globals';
import { leaseSchema } from '../../lib/lease/lease-item.ts';

const time = '2026-11-22T12:00:00.000Z';
const whole = { epoch: 1, takenOver: false, knocks: 0, window: [] };
const retry = { attempts: 1, notBefore: time, key: 'k' };

test.each<[string, object]>([
  ['little', whole],
  ['no knocks', { ...whole, knocked: [], running: [] }],
  ['a connection’s backoff', { ...whole, retry }],
])('an item with %s is read', (_, item) => {
  expect(leaseSchema.safeParse(item).success).toBe(true);
});

test.each<[string, object]>([
  ['no window', { epoch: 1, takenOver: false, knocks: 0 }],
  ['an epoch that is text', { ...whole, epoch: '1' }],
  ['an owner that is a number', { ...whole, owner: 1 }],
  ['an expiry that is text', { ...whole, expiresAt: time }],
  ['an expiry before all time', { ...whole, expiresAt: -1 }],
  ['half a knock', { ...whole, knocks: 0.5 }],
  ['knocks of something that is no id', { ...whole, knocked: [1] }],
  ['knocks that are a set of DynamoDB', { ...whole, knocked: Symbol('set') }],
  ['running text', { ...whole, running: 'a' }],
  ['a window that is a map', { ...whole, window: {} }],
  ['a window without times', { ...whole, window: [{ from: 'noon', to: 'noon', changed: 1 }] }],
  ['a retry without a time', { ...whole, retry: { ...retry, notBefore: 'soon' } }],
  ['a retry without a key', { ...whole, retry: { attempts: 1, notBefore: time } }],
  ['a budget without a clock', { ...whole, budget: { tokens: 1, at: 1 } }],
])('an item with %s is not', (_, item) => {
  expect(leaseSchema.safeParse(item).success).toBe(false);
});
