import type { LeaseItem, Scope } from '../reconcile/ports/lease-items.ts';
import { fromItem, type Attributes as Item } from '../table/dynamodb/attribute-values.ts';
import { ItemReader, MalformedItem } from './item-reader.ts';

/**
 * A `lease` item as it stands. `knockIds` and `runningIds` are string sets, which grow by `ADD` without anybody
 * reading them first.
 *
 * @throws MalformedItem if it is not as `leaseTable` writes it
 */
export function leaseItem(attributes: Item): LeaseItem {
  const item = new ItemReader(fromItem(attributes));
  const count = (name: string) => (item.has(name) ? item.count(name) : 0);
  const knocked = scopeIn(attributes, 'knockAll', 'knockIds');
  const running = scopeIn(attributes, 'runningAll', 'runningIds');
  return {
    epoch: count('epoch'),
    ...item.optional('owner', (name) => item.text(name)),
    ...item.optional('expiresAt', (name) => item.count(name)),
    takenOver: count('expiredAt') > 0,
    knocks: count('knocks'),
    ...(knocked && { knocked }),
    ...(running && { running }),
    window: item.has('window')
      ? item
          .list('window')
          .map((bucket) => ({ start: bucket.time('start'), changed: bucket.count('changed') }))
      : [],
    ...item.optional('retry', (name) => {
      const retry = item.map(name);
      return {
        attempts: retry.count('attempts'),
        notBefore: retry.time('notBefore'),
        key: retry.text('key'),
        ...retry.optional('state', () => retry.oneOf('state', ['needs-login'] as const)),
        ...retry.optional('credential', (version) => retry.text(version)),
      };
    }),
    ...item.optional('budget', (name) => {
      const budget = item.map(name);
      return { tokens: budget.number('tokens'), at: budget.count('at'), by: budget.text('by') };
    }),
  };
}

function scopeIn(attributes: Item, all: string, ids: string): Scope | undefined {
  const [everything, named] = [attributes[all], attributes[ids]];
  if (everything && everything.BOOL !== true) throw new MalformedItem(all, 'true');
  if (named && !named.SS) throw new MalformedItem(ids, 'a set of text');
  if (everything) return 'all';
  return named && new Set(named.SS);
}
