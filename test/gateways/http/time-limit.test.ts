import { getEventListeners } from 'node:events';
import { describe, expect, test } from '@jest/globals';
import { withinTime } from '../../../lib/gateways/http/time-limit.ts';

const long = 600_000;
const never = () => new Promise<never>(() => undefined);

describe('withinTime', () => {
  test('returns the result, and leaves no listener behind', async () => {
    const { signal } = new AbortController();
    expect(await withinTime(long, signal, async () => 'answer')).toBe('answer');
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });

  test('throws the error of the request', async () => {
    const error = new Error('broken');
    const sent = withinTime(long, new AbortController().signal, () => Promise.reject(error));
    await expect(sent).rejects.toBe(error);
  });

  test('no result in time is a timeout, which aborts the request', async () => {
    let given: AbortSignal | undefined;
    const sent = withinTime(1, new AbortController().signal, (signal) => {
      given = signal;
      return never();
    });
    await expect(sent).rejects.toMatchObject({ failure: 'timeout' });
    expect(given?.aborted).toBe(true);
  });

  test('an abort ends the wait at once, and aborts the request', async () => {
    const abort = new AbortController();
    const sent = withinTime(long, abort.signal, (signal) => {
      abort.abort();
      return signal.aborted ? never() : Promise.resolve('too late');
    });
    await expect(sent).rejects.toMatchObject({ failure: 'cut' });
  });

  test('a signal that was aborted before is aborted for the request too', async () => {
    const sent = withinTime(long, AbortSignal.abort(), (signal) =>
      signal.aborted ? never() : Promise.resolve('sent'),
    );
    await expect(sent).rejects.toMatchObject({ failure: 'cut' });
  });
});
