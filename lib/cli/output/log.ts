import type { Log } from '../../model/runtime.types.ts';
import type { Output } from './output.ts';

/** Messages that are not logged, because the report shows them. */
const inReport = new Set(['pass ended early']);

/** A log that shows only warnings and errors of a pass, as notes. */
export function createLog(output: Output): Log {
  const say =
    (style: 'warn' | 'error', inherited: Readonly<Record<string, unknown>>): Log['warn'] =>
    (message, fields = {}) => {
      if (inReport.has(message)) return;
      const all = Object.entries({ ...inherited, ...fields })
        .filter(([, value]) => typeof value === 'string' || typeof value === 'number')
        .map(([key, value]) => `${key}=${String(value)}`);
      output.say([message, ...all].join(' '), style);
    };
  const make = (inherited: Readonly<Record<string, unknown>>): Log => ({
    debug: () => undefined,
    info: () => undefined,
    warn: say('warn', inherited),
    error: say('error', inherited),
    child: (fields) => make({ ...inherited, ...fields }),
  });
  return make({});
}
