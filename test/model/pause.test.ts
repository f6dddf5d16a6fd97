import { expect, test } from '@jest/globals';
import { activePause, pauseText } from '../../lib/model/pause.ts';

const at = '2026-11-22T12:00:00.000Z';
const now = Date.parse(at);
const until = '2026-11-22T13:00:00.000Z';

test('a pause of the connection holds for each server, one of a server for that server', () => {
  expect(activePause([{ at }], 'a', now)).toEqual({ at });
  expect(activePause([{ id: 'a', at }], 'a', now)).toEqual({ id: 'a', at });
  expect(activePause([{ id: 'a', at }], 'b', now)).toBeUndefined();
});

test('a pause of a server holds for its UUID in any case; other ids are taken as they are', () => {
  const id = 'ABCDEF00-0000-4000-8000-000000000001';
  expect(activePause([{ id, at }], id.toLowerCase(), now)).toEqual({ id, at });
  expect(activePause([{ id: id.toLowerCase(), at }], id, now)).toBeDefined();
  expect(activePause([{ id: 'A', at }], 'a', now)).toBeUndefined();
});

test('a pause has ended when its time has come', () => {
  expect(activePause([{ at, until }], 'a', now)).toEqual({ at, until });
  expect(activePause([{ at, until }], 'a', Date.parse(until))).toBeUndefined();
});

test('a pause is shown with who, until when and why', () => {
  expect(pauseText({ at })).toBe('paused');
  expect(pauseText({ at, until, by: 'kim', reason: 'maintenance' })).toBe(
    'paused by kim until 2026-11-22 13:00 UTC (maintenance)',
  );
});
