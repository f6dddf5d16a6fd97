import { TrueupError } from '../model/errors/errors.ts';

/**
 * A pass had to stop early: `lease-lost` (the lease has expired, or would expire during the next step), `deadline` (its
 * process is about to end), `stopped` (the caller asked it to stop), `redeclared` (the connection's row changed
 * meanwhile), or `paused` (a server was paused meanwhile). A later pass does the rest.
 */
export class InterruptedError extends TrueupError {
  static override readonly name: string = 'InterruptedError';

  declare readonly code: 'lease-lost' | 'deadline' | 'stopped' | 'redeclared' | 'paused';
}
