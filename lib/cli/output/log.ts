import type { Log } from '../../model/runtime.types.ts';
import type { Output } from './output.ts';

/** What a command shows anyway, as part of the report. */
const inReport = new Set(['pass ended early']);

/** What a pass has to say besides its report: warnings and errors, as notes. */
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
