import { TrueupError } from '../../core/errors.ts';
import type { JsonObject } from '../../core/json.types.ts';

/**
 * What went wrong in a call to a vendor, before anyone decides what follows from it.
 *
 * | kind        | meaning |
 * |-------------|---------|
 * | `status`    | an answer with `status` other than 2xx |
 * | `timeout`   | no answer in time; a PUT may have been applied |
 * | `cut`       | the connection broke; a PUT may have been applied |
 * | `no-route`  | no connection opened: DNS, refused, unreachable |
 * | `tls`       | the certificate or handshake was not acceptable |
 * | `body`      | an answer that is not the JSON that was asked for, or larger than 32 MB |
 * | `redirect`  | a 3xx: never followed |
 * | `host`      | the host is not allowed, or resolves to an address that is not; nothing was sent |
 * | `token`     | no credentials to be had: the token endpoint or the secret refused |
 * | `needs-login` | the refresh token is no longer valid |
 * | `aborted`   | the pass ended |
 */
export type VendorErrorKind =
  | 'status'
  | 'timeout'
  | 'cut'
  | 'no-route'
  | 'tls'
  | 'body'
  | 'redirect'
  | 'host'
  | 'token'
  | 'needs-login'
  | 'aborted';

export type VendorOperation = 'list' | 'get' | 'put' | 'token';

/** A failed call. `message` is the vendor's own reason, redacted and cut, or ours. */
export class VendorError extends TrueupError {
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
    super(kind === 'status' ? `http-${options.status ?? 0}` : kind, message, options);
    this.kind = kind;
    this.operation = operation;
    this.status = options.status;
    this.retryAfterMs = options.retryAfterMs;
  }
}

export function isVendorError(error: unknown): error is VendorError {
  return error instanceof VendorError;
}
