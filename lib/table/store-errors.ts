import type { JsonObject } from '../model/json/json.types.ts';
import { StoreError } from '../model/errors/store-error.ts';

/** What can be matched on: `code` of the `StoreError`s that tables and AWS's services throw. */
export type StoreErrorCode =
  | 'store-region'
  | 'store-throttled'
  | 'store-limit'
  | 'store-denied'
  | 'store-absent'
  | 'store-busy'
  | 'store-unreachable'
  | 'store-incomplete'
  | 'store-malformed'
  | 'store-too-large'
  | 'store-failed';

/** What ends by itself: the same call may succeed in a minute. */
const passing: ReadonlySet<string> = new Set<StoreErrorCode>([
  'store-throttled',
  'store-busy',
  'store-unreachable',
  'store-incomplete',
  'store-failed',
]);

/** Whether a store had a fault that ends by itself, unlike a right or a table that is lacking. */
export function isPassing(error: unknown): boolean {
  return error instanceof StoreError && passing.has(error.code);
}

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
  const code = codeOf(error);
  return storeProblem(code, at, known[code] ?? describe(error), error);
}

/**
 * The same for stores that hold secrets: no cause, since the SDK hangs raw answers on its errors; and no message, since
 * a service may repeat what it was sent, but for a refusal, which names who may not do what.
 */
export function secretStoreError(error: unknown, at: StoreCall): StoreError {
  if (error instanceof StoreError) return error;
  const name = nameOf(error);
  const code = codeOf(error);
  const limit =
    code === 'store-limit' ? ': a quota of AWS is reached, and waiting does not end it' : '';
  const said = /AccessDenied/.test(name) ? describe(error) : `${name}${limit}`;
  return storeProblem(code, at, known[code] ?? said);
}

/** What the SDK says of these does not help. */
const known: Readonly<Partial<Record<StoreErrorCode, string>>> = {
  'store-region': 'no AWS region is set',
};

/** Of an answer without any list, such as a proxy's: where there are no items, DynamoDB's has an empty one. */
export function noItems(at: StoreCall): StoreError {
  return storeProblem('store-incomplete', at, 'the answer has no items');
}

/** The SDK's error name, such as `ThrottlingException`, or the system's, such as `ECONNREFUSED`. */
export function nameOf(error: unknown): string {
  const name = textAt(error, 'name') ?? 'unknown error';
  return name === 'Error' ? (textAt(error, 'code') ?? name) : name;
}

function describe(error: unknown): string {
  const name = nameOf(error);
  // a SyntaxError repeats the text that it could not parse
  const message = name === 'SyntaxError' ? '' : (textAt(error, 'message') ?? '').slice(0, 500);
  return message === '' ? name : `${name}: ${message}`;
}

/** By form and not by class: an error may come from another realm. */
function textAt(error: unknown, key: 'name' | 'code' | 'message'): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  const value: unknown = Reflect.get(error, key);
  return typeof value === 'string' ? value : undefined;
}

const codes: readonly (readonly [code: StoreErrorCode, names: RegExp])[] = [
  ['store-region', /region is missing/i],
  ['store-throttled', /throttl|throughputexceeded|requestlimitexceeded|toomanyrequests|slowdown/i],
  // A quota, such as of the versions of a secret: waiting a moment does not end it.
  ['store-limit', /limitexceeded/i],
  [
    'store-denied',
    /accessdenied|notauthorized|unrecognizedclient|expiredtoken|invalidsignature|credentials|token|forbidden/i,
  ],
  ['store-absent', /resourcenotfound|doesnotexist|nonexistent/i],
  ['store-unreachable', /timeout|network|econn|enotfound|epipe|ehost|aborterror/i],
];

function codeOf(error: unknown): StoreErrorCode {
  const name = nameOf(error);
  // what the SDK does not take for an error it wraps, and then only its text says what it was
  const text = name === 'Error' ? describe(error) : name;
  return codes.find(([, names]) => names.test(text))?.[0] ?? 'store-failed';
}

function contextOf(at: StoreCall): JsonObject {
  return {
    call: at.call,
    store: at.store,
    ...(at.connection !== undefined && { connection: at.connection }),
    ...(at.item !== undefined && { item: at.item }),
  };
}
