import type { Log } from '../../lib/model/runtime.types.ts';

export interface LogLine {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** Keeps the lines, with what `child` added to each. */
export function memoryLog(): Log & { readonly lines: LogLine[] } {
  const lines: LogLine[] = [];
  const make = (inherited: Readonly<Record<string, unknown>>): Log => {
    const line =
      (level: LogLine['level']): Log['info'] =>
      (message, fields = {}) => {
        lines.push({ level, message, fields: { ...inherited, ...fields } });
      };
    return {
      debug: line('debug'),
      info: line('info'),
      warn: line('warn'),
      error: line('error'),
      child: (fields) => make({ ...inherited, ...fields }),
    };
  };
  return { ...make({}), lines };
}
