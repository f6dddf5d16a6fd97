import { TrueupError } from '../core/errors.ts';

/**
 * A pass had to stop in the middle: `lease-lost` (the lease is over, or would be before what was to be started could
 * end), `deadline` (the time of its process is), or `stopped` (whoever asked for it wants no more). What it left is done by
 * a later one.
 */
export class InterruptedError extends TrueupError {
  static override readonly name: string = 'InterruptedError';

  declare readonly code: 'lease-lost' | 'deadline' | 'stopped';
}
