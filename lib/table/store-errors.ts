import type { JsonObject } from '../model/json/json.types.ts';
import { StoreError } from '../model/errors/store-error.ts';

/** `code` of the `StoreError`s that tables and AWS services throw. */
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

/** Temporary errors: the same call may succeed in a minute. */
const passing: ReadonlySet<string> = new Set<StoreErrorCode>([
  'store-throttled',
  'store-busy',
  'store-unreachable',
  'store-incomplete',
  'store-failed',
]);

/** Whether the error is temporary, unlike a missing permission or table. */
export function isPassing(error: unknown): boolean {
  return error instanceof StoreError && passing.has(error.code);
}

/** Which call failed, and where; has no values. */
export interface StoreCall {
  /** Such as `DynamoDB Query`. */
  readonly call: string;
  /** Table, secret, queue or bus. */
  readonly store: string;
  readonly connection?: string;
  readonly item?: string;
}

/** A `StoreError` with the call, the place and the problem. `cause` is attached only if it cannot contain a value. */
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
 * The same for stores with secrets. It has no cause, because the SDK attaches raw answers to its errors, and no
 * message, because a service may repeat what it was sent. Only an access-denied message is kept, which names the
 * identity and the action.
 */
export function secretStoreError(error: unknown, at: StoreCall): StoreError {
  if (error instanceof StoreError) return error;
  const name = nameOf(error);
  const code = codeOf(error);
  const limit =
    code === 'store-limit' ? ': an AWS quota is reached, and waiting does not help' : '';
  const said = /AccessDenied/.test(name) ? describe(error) : `${name}${limit}`;
  return storeProblem(code, at, known[code] ?? said);
}

/** Errors for which the SDK's message does not help. */
const known: Readonly<Partial<Record<StoreErrorCode, string>>> = {
  'store-region': 'no AWS region is set',
};

/** For an answer without a list, such as one of a proxy: DynamoDB always returns a list, which may be empty. */
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
  // A SyntaxError repeats the text that it could not parse.
  const message = name === 'SyntaxError' ? '' : (textAt(error, 'message') ?? '').slice(0, 500);
  return message === '' ? name : `${name}: ${message}`;
}

/** No `instanceof`: an error may come from another realm. */
function textAt(error: unknown, key: 'name' | 'code' | 'message'): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  const value: unknown = Reflect.get(error, key);
  return typeof value === 'string' ? value : undefined;
}

const codes: readonly (readonly [code: StoreErrorCode, names: RegExp])[] = [
  ['store-region', /region is missing/i],
  ['store-throttled', /throttl|throughputexceeded|requestlimitexceeded|toomanyrequests|slowdown/i],
  // A quota, such as the number of versions of a secret, which retrying does not help.
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
  // The SDK wraps unknown errors, and then only the text shows what it was.
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
