import { TrueupError } from '../model/errors/errors.ts';

/**
 * A pass had to stop in the middle: `lease-lost` (the lease has expired, or would before what was to be started could
 * end), `deadline` (its process is about to end), `stopped` (the caller asked it to end), `redeclared` (the connection's row
 * changed under it), or `paused` (one server was paused under it). What it left is done by a later pass.
 */
export class InterruptedError extends TrueupError {
  static override readonly name: string = 'InterruptedError';

  declare readonly code: 'lease-lost' | 'deadline' | 'stopped' | 'redeclared' | 'paused';
}
