import { expect, test } from '@jest/globals';
import { activePauses, pauseOf, pauseText } from '../../lib/model/pause.ts';

const at = '2026-11-22T12:00:00.000Z';
const now = Date.parse(at);
const until = '2026-11-22T13:00:00.000Z';

test('a pause of the connection holds for each server, one of a server for that server', () => {
  expect(pauseOf([{ at }], 'a')).toEqual({ at });
  expect(pauseOf([{ id: 'a', at }], 'a')).toEqual({ id: 'a', at });
  expect(pauseOf([{ id: 'a', at }], 'b')).toBeUndefined();
});

test('a pause of a server holds for its UUID in any case; other ids are taken as they are', () => {
  const id = 'ABCDEF00-0000-4000-8000-000000000001';
  expect(pauseOf([{ id, at }], id.toLowerCase())).toEqual({ id, at });
  expect(pauseOf([{ id: id.toLowerCase(), at }], id)).toBeDefined();
  expect(pauseOf([{ id: 'A', at }], 'a')).toBeUndefined();
});

test('a pause has ended when its time has come', () => {
  expect(activePauses([{ at, until }, { at }], now)).toEqual([{ at, until }, { at }]);
  expect(activePauses([{ at, until }, { at }], Date.parse(until))).toEqual([{ at }]);
});

test('a pause is shown with who, until when and why', () => {
  expect(pauseText({ at })).toBe('paused');
  expect(pauseText({ at, until, by: 'kim', reason: 'maintenance' })).toBe(
    'paused by kim until 2026-11-22 13:00 UTC (maintenance)',
  );
});
