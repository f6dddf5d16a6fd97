import type { Log } from '../../lib/model/runtime.types.ts';

/** Says nothing but errors: what a benchmark measures must not fail unseen. */
export const silentLog: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: (message, fields) => {
    process.stderr.write(`${message} ${JSON.stringify(fields)}\n`);
  },
  child: () => silentLog,
};
