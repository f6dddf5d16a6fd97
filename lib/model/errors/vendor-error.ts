import { TrueupError } from './errors.ts';
import type { FailedOperation, FailureKind } from './failure.ts';
import { plainText } from '../text/plain-text.ts';
import type { JsonObject } from '../json/json.types.ts';

export type VendorErrorKind = FailureKind;

export type VendorOperation = FailedOperation;

/** A failed call. `message` is ours, or the vendor's own reason as `vendorText` gives it; at most 500 characters. */
export class VendorError extends TrueupError {
  static override readonly name: string = 'VendorError';

  readonly kind: VendorErrorKind;
  readonly operation: VendorOperation;
  readonly status: number | undefined;
  /** From `Retry-After`, in either of its forms; milliseconds from the answer. */
  readonly retryAfterMs: number | undefined;

  constructor(
    kind: VendorErrorKind,
    operation: VendorOperation,
    message: string,
    options: {
      status?: number;
      retryAfterMs?: number;
      cause?: unknown;
      context?: JsonObject;
    } = {},
  ) {
    super(kind === 'status' ? `http-${options.status ?? 0}` : kind, plainText(message), options);
    this.kind = kind;
    this.operation = operation;
    this.status = options.status;
    this.retryAfterMs = options.retryAfterMs;
  }
}

export function isVendorError(error: unknown): error is VendorError {
  return error instanceof VendorError;
}
