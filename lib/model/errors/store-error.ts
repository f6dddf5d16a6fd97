import { TrueupError } from './errors.ts';

/** A table, secret store, queue or bus that could not be read or written, after its client's own retries. */
export class StoreError extends TrueupError {
  static override readonly name: string = 'StoreError';
}

/** A conditional write failed because another process wrote in between. Nothing was written. */
export class LostUpdateError extends TrueupError {
  static override readonly name: string = 'LostUpdateError';
}
