/**
 * Runs once in each process that runs tests, before the first of them, for what jest-light-runner lacks: `@jest/globals` may be
 * imported, a test that hangs fails by its name, and a failure shows its cause.
 */
import { addEventHandler } from 'jest-circus';
import { registerHooks } from 'node:module';
import { inspect } from 'node:util';

const globals =
  'data:text/javascript,export const { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } = globalThis';

registerHooks({
  resolve: (name, context, next) =>
    name === '@jest/globals' ? { url: globals, shortCircuit: true } : next(name, context),
});

/** A hang is caught, and nothing else: on a busy machine a test takes many times as long as alone. */
const limitMs = 600_000;

function watched(run: () => unknown, name: string, ms = limitMs): () => Promise<void> {
  return async () => {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`${name} has not ended after ${ms} ms`)), ms);
    });
    try {
      await Promise.race([late, Promise.resolve().then(run)]);
    } catch (error) {
      if (error instanceof Error && error.cause !== undefined) error.stack = inspect(error);
      throw error;
    } finally {
      clearTimeout(timer);
    }
  };
}

addEventHandler((event, { currentDescribeBlock: { children, hooks } }) => {
  if (event.name === 'add_test') {
    const added = children.at(-1);
    if (added?.type === 'test' && added.fn) {
      added.fn = watched(added.fn as () => unknown, event.testName, event.timeout);
    }
  } else if (event.name === 'add_hook') {
    const added = hooks.at(-1);
    if (added) added.fn = watched(added.fn as () => unknown, event.hookType, event.timeout);
  }
});
