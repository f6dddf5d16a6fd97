import { isJsonObject } from '../core/json.ts';
import type { JsonObject } from '../core/json.types.ts';
import type {
  BudgetState,
  ChangeBucket,
  LeaseItem,
  Scope,
} from '../reconcile/ports/lease-items.ts';
import type { Retry } from '../core/ledger.types.ts';

/** A lease that nobody ever took. */
export const newLease: LeaseItem = {
  epoch: 0,
  takenOver: false,
  knocks: 0,
  window: [],
};

/** The item as text: sets become lists. */
export function leaseText({ knocked, running, ...rest }: LeaseItem): string {
  return JSON.stringify({
    ...rest,
    ...(knocked && { knocked: scopeJson(knocked) }),
    ...(running && { running: scopeJson(running) }),
  });
}

/** What `leaseText` made; undefined if it is something else. */
export function leaseItem(found: unknown): LeaseItem | undefined {
  if (!isJsonObject(found)) return undefined;
  const { epoch, owner, expiresAt, takenOver, knocks, window } = found;
  const { knocked, running, retry, budget } = found;
  const isWhole =
    [epoch, knocks].every(isCount) &&
    (expiresAt === undefined || isCount(expiresAt)) &&
    (owner === undefined || typeof owner === 'string') &&
    typeof takenOver === 'boolean' &&
    Array.isArray(window) &&
    window.every(isBucket) &&
    [knocked, running].every((scope) => scope === undefined || isScope(scope)) &&
    (retry === undefined || isRetry(retry)) &&
    (budget === undefined || isBudget(budget));
  if (!isWhole) return undefined;
  return {
    ...counts(found),
    ...(typeof owner === 'string' && { owner }),
    ...(typeof expiresAt === 'number' && { expiresAt }),
    takenOver,
    ...(knocked !== undefined && { knocked: scopeOf(knocked) }),
    ...(running !== undefined && { running: scopeOf(running) }),
    window: window as unknown as readonly ChangeBucket[],
    ...(retry !== undefined && { retry: retry as unknown as Retry }),
    ...(budget !== undefined && { budget: budget as unknown as BudgetState }),
  };
}

function counts(found: JsonObject) {
  const count = (name: string) => Number(found[name]);
  return {
    epoch: count('epoch'),
    knocks: count('knocks'),
  };
}

const scopeJson = (scope: Scope) => (scope === 'all' ? scope : [...scope]);

const scopeOf = (found: unknown): Scope =>
  Array.isArray(found) ? new Set(found.map(String)) : 'all';

const isScope = (value: unknown) =>
  value === 'all' || (Array.isArray(value) && value.every((id) => typeof id === 'string'));

const isCount = (value: unknown) => Number.isSafeInteger(value) && Number(value) >= 0;

const isTime = (value: unknown) => typeof value === 'string' && !Number.isNaN(Date.parse(value));

const isBucket = (value: unknown) =>
  isJsonObject(value) && isTime(value['start']) && isCount(value['changed']);

const isRetry = (value: unknown) =>
  isJsonObject(value) &&
  isCount(value['attempts']) &&
  isTime(value['notBefore']) &&
  typeof value['key'] === 'string' &&
  (value['state'] === undefined || value['state'] === 'needs-login') &&
  (value['credential'] === undefined || typeof value['credential'] === 'string');

function isBudget(value: unknown): boolean {
  return (
    isJsonObject(value) &&
    typeof value['tokens'] === 'number' &&
    typeof value['at'] === 'number' &&
    typeof value['by'] === 'string'
  );
}
