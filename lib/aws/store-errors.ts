import type { JsonObject } from '../core/json.types.ts';
import { StoreError } from '../reconcile/ports/store-error.ts';

/** What can be matched on: `code` of the `StoreError`s that lib/aws throws. */
export type StoreErrorCode =
  | 'store-throttled'
  | 'store-denied'
  | 'store-absent'
  | 'store-unreachable'
  | 'store-incomplete'
  | 'store-malformed'
  | 'store-too-large'
  | 'store-failed';

/** Which call failed, and where; never a value. */
export interface StoreCall {
  /** Such as `DynamoDB Query`. */
  readonly call: string;
  /** Table, secret, queue or bus. */
  readonly store: string;
  readonly connection?: string;
  readonly item?: string;
}

/** A `StoreError` that says what went wrong where. `cause` is attached only where it cannot hold a value. */
export function storeProblem(
  code: StoreErrorCode,
  at: StoreCall,
  problem: string,
  cause?: unknown,
): StoreError {
  const where = [at.store, at.connection, at.item].filter((part) => part !== undefined).join(' ');
  return new StoreError(code, `${at.call} (${where}): ${problem}`, {
    context: contextOf(at),
    cause,
  });
}

/** An SDK error as a `StoreError`, with the SDK's error as its cause. For stores that hold no secrets. */
export function storeError(error: unknown, at: StoreCall): StoreError {
  if (error instanceof StoreError) return error;
  return storeProblem(codeOf(error), at, describe(error), error);
}

/**
 * The same for stores that hold secrets: no cause, since the SDK hangs raw answers on its errors, and a message only
 * if the service itself wrote it.
 */
export function secretStoreError(error: unknown, at: StoreCall): StoreError {
  if (error instanceof StoreError) return error;
  return storeProblem(codeOf(error), at, fromService(error) ? describe(error) : nameOf(error));
}

/** The SDK's error name, such as `ThrottlingException`; 'unknown' for what is no error. */
export function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : 'unknown';
}

function describe(error: unknown): string {
  const name = nameOf(error);
  // a SyntaxError echoes the text that it could not parse
  const echoes = error instanceof SyntaxError || name === 'SyntaxError';
  const message = error instanceof Error && !echoes ? error.message.slice(0, 500) : '';
  return message === '' ? name : `${name}: ${message}`;
}

function fromService(error: unknown): boolean {
  return error instanceof Error && '$fault' in error;
}

const codes: readonly (readonly [code: StoreErrorCode, names: RegExp])[] = [
  [
    'store-throttled',
    /throttl|throughputexceeded|requestlimitexceeded|limitexceeded|toomanyrequests|slowdown/i,
  ],
  [
    'store-denied',
    /accessdenied|notauthorized|unrecognizedclient|expiredtoken|invalidsignature|credentials|token|forbidden/i,
  ],
  ['store-absent', /resourcenotfound|doesnotexist|nonexistent/i],
  ['store-unreachable', /timeout|network|econn|enotfound|epipe|ehost|aborterror/i],
];

function codeOf(error: unknown): StoreErrorCode {
  const system = error instanceof Error && 'code' in error ? String(error.code) : '';
  const name = `${nameOf(error)} ${system}`;
  return codes.find(([, names]) => names.test(name))?.[0] ?? 'store-failed';
}

function contextOf(at: StoreCall): JsonObject {
  return {
    call: at.call,
    store: at.store,
    ...(at.connection !== undefined && { connection: at.connection }),
    ...(at.item !== undefined && { item: at.item }),
  };
}
