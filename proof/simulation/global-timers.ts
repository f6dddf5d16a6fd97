import type { Scheduler } from './scheduler.ts';

/**
 * Puts the scheduler in place of the global timers, which libraries use (the HTTP client's timeout): a timer is the
 * running process's own. @returns how to end it
 */
export function takeGlobalTimers(scheduler: Scheduler): () => void {
  const { setTimeout, clearTimeout } = globalThis;
  const performance = Object.getOwnPropertyDescriptor(globalThis, 'performance');
  const set = (run: () => void, ms = 0) => scheduler.after(ms, run, scheduler.current);
  const clear = (timer?: { cancel: () => void } | NodeJS.Timeout) => {
    // A library may have taken the timers of Node before.
    if (timer && 'cancel' in timer) timer.cancel();
    else clearTimeout(timer);
  };
  Object.assign(globalThis, { setTimeout: set, clearTimeout: clear });
  Object.defineProperty(globalThis, 'performance', {
    configurable: true,
    writable: true,
    value: { now: () => scheduler.now },
  });
  return () => {
    Object.assign(globalThis, { setTimeout, clearTimeout });
    if (performance) Object.defineProperty(globalThis, 'performance', performance);
    else Reflect.deleteProperty(globalThis, 'performance');
  };
}
