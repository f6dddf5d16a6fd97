import { TrueupError } from './errors.ts';
import type { FailedOperation, FailureKind } from './failure.ts';
import { plainText } from '../text/plain-text.ts';
import type { JsonObject } from '../json/json.types.ts';

export type VendorErrorKind = FailureKind;

export type VendorOperation = FailedOperation;

/**
 * Why an answer cannot be used, where that decides what to do next.
 *
 * | fault      | what |
 * |------------|------|
 * | `html`     | a page for people |
 * | `encoding` | compressed, which was not requested |
 * | `size` | larger than the limit |
 * | `repeated` | a list whose pages repeat, so that it never ends |
 * | `lacking` | a list without many of the servers that it had before |
 */
export type BodyFault = 'html' | 'encoding' | 'size' | 'repeated' | 'lacking';

export interface VendorErrorOptions {
  readonly status?: number;
  readonly retryAfterMs?: number;
  readonly fault?: BodyFault;
  readonly vendorCode?: string | undefined;
  readonly cause?: unknown;
  /** Where it happened; `call` is the request as shown to users, such as `PUT /servers/ID`. */
  readonly context?: JsonObject;
}

/**
 * A failed call. `message` is Trueup's own, or the vendor's reason as `vendorText` returns it; at most 500
 * characters.
 */
export class VendorError extends TrueupError {
  static override readonly name: string = 'VendorError';

  readonly kind: VendorErrorKind;
  readonly operation: VendorOperation;
  readonly status: number | undefined;
  /** From `Retry-After`, in either of its forms; milliseconds after the answer. */
  readonly retryAfterMs: number | undefined;
  /** The vendor's or issuer's own code of the error, such as `invalid_client`. */
  readonly vendorCode: string | undefined;

  constructor(
    kind: VendorErrorKind,
    operation: VendorOperation,
    message: string,
    options: VendorErrorOptions = {},
  ) {
    super(codeOf(kind, options), plainText(message), options);
    this.kind = kind;
    this.operation = operation;
    this.status = options.status;
    this.retryAfterMs = options.retryAfterMs;
    this.vendorCode = options.vendorCode;
  }
}

function codeOf(kind: VendorErrorKind, { status = 0, fault }: VendorErrorOptions): string {
  if (kind === 'status') return `http-${status}`;
  return fault === undefined ? kind : `${kind}-${fault}`;
}

export function isVendorError(error: unknown): error is VendorError {
  return error instanceof VendorError;
}

/** What happened, with the call and the HTTP status. */
export function vendorProblem({ message, status, context: { call } }: VendorError): string {
  if (typeof call !== 'string') return message;
  if (message.startsWith('HTTP ')) return plainText(`${call} answered ${message}`);
  const answered = status === undefined ? '' : ` answered HTTP ${status}`;
  return plainText(`${call}${answered}: ${message}`);
}
