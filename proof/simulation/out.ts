import type { Log } from '../../lib/model/runtime.types.ts';
import type { World } from './world.ts';

/** A value as it would be printed: what JSON leaves out of errors and sets is in it. */
export function textOf(value: unknown): string {
  return JSON.stringify(value, (_key, one: unknown) => {
    if (one instanceof Set) return [...one];
    if (one instanceof Map) return Object.fromEntries(one);
    if (!(one instanceof Error)) return one;
    return Object.fromEntries(
      Object.getOwnPropertyNames(one).map((name) => [name, Reflect.get(one, name) as unknown]),
    );
  });
}

/** A log that is looked at for what must not be in it. */
export function simulatedLog(world: World): Log {
  const make = (inherited: Readonly<Record<string, unknown>>): Log => {
    const line: Log['info'] = (message, fields = {}) =>
      world.tell({ kind: 'out', to: 'log', text: textOf({ message, ...inherited, ...fields }) });
    return {
      debug: line,
      info: line,
      warn: line,
      error: line,
      child: (fields) => make({ ...inherited, ...fields }),
    };
  };
  return make({});
}
