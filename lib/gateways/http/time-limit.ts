import { WireError } from './wire.ts';

/**
 * The result of `send`, which gets a signal that aborts with `signal` and after so many milliseconds.
 *
 * @throws WireError `timeout` after that time, or `cut` as soon as `signal` aborts
 */
export async function withinTime<T>(
  ms: number,
  signal: AbortSignal,
  send: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const ended = Promise.withResolvers<never>();
  const controller = new AbortController();
  const end = (error: WireError) => {
    ended.reject(error);
    controller.abort();
  };
  const onAbort = () => end(new WireError('cut', 'the request was aborted'));
  const timer = setTimeout(() => end(new WireError('timeout', 'no answer in time')), ms);
  signal.addEventListener('abort', onAbort);
  if (signal.aborted) onAbort();
  try {
    return await Promise.race([ended.promise, send(controller.signal)]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
  }
}
