import { UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import type { LeaseItem, LeaseItems, LeaseSave } from '../reconcile/ports/lease-items.ts';
import { fromItem, toItem, type Writable } from './attribute-values.ts';
import { names } from './expressions.ts';
import { ItemReader, MalformedItem } from './item-reader.ts';
import { keys } from './ledger-keys.ts';
import { storeError, storeProblem } from './store-errors.ts';
import { openTable, type TableOptions } from './table.ts';

interface Update {
  readonly set?: Readonly<Record<string, Writable>>;
  readonly add?: Readonly<Record<string, number>>;
  readonly remove?: readonly string[];
  readonly condition: string;
  readonly values?: Readonly<Record<string, Writable>>;
}

/** `LeaseItems` on the table `Ledger`: conditional UpdateItem calls on the item `lease`, and nothing else. */
export function leaseTable(options: TableOptions): LeaseItems {
  const { client } = options;
  const table = openTable(options);
  const at = (connection: string) => ({
    call: 'DynamoDB UpdateItem',
    store: table.name,
    connection,
    item: keys.lease,
  });

  /** @returns the item as it now stands; undefined if the condition did not hold */
  async function update(connection: string, what: Update) {
    const expression = expressionOf(what);
    const command = new UpdateItemCommand({
      TableName: table.name,
      Key: toItem({ connection, item: keys.lease }),
      UpdateExpression: expression,
      ConditionExpression: what.condition,
      ExpressionAttributeNames: names(`${expression} ${what.condition}`),
      ExpressionAttributeValues: toItem({
        ...what.values,
        ...prefixed(':set_', what.set ?? {}),
        ...prefixed(':add_', what.add ?? {}),
      }),
      ReturnValues: 'ALL_NEW',
    });
    try {
      const answer = await client.send(command);
      return fromItem(answer.Attributes ?? {});
    } catch (error) {
      if (error instanceof Error && error.name === 'ConditionalCheckFailedException')
        return undefined;
      throw storeError(error, at(connection));
    }
  }

  const read = (connection: string, value: unknown): LeaseItem => {
    try {
      return leaseItem(new ItemReader(value));
    } catch (error) {
      if (!(error instanceof MalformedItem)) throw error;
      throw storeProblem('store-malformed', at(connection), error.message);
    }
  };

  return {
    acquire: async (connection, { owner, expiresAt, overBefore }) => {
      const item = await update(connection, {
        set: { owner, expiresAt },
        add: { epoch: 1 },
        condition: 'attribute_not_exists(#expiresAt) OR #expiresAt < :overBefore',
        values: { ':overBefore': overBefore },
      });
      return item && read(connection, item);
    },
    renew: async (connection, { epoch, expiresAt, save }) => {
      const item = await update(connection, {
        ...saved(save, { expiresAt }),
        condition: '#epoch = :epoch AND attribute_exists(#expiresAt)',
        values: { ':epoch': epoch },
      });
      return item !== undefined;
    },
    release: async (connection, { epoch, save }) => {
      const { set, remove } = saved(save);
      const item = await update(connection, {
        set,
        remove: [...remove, 'owner', 'expiresAt'],
        condition: '#epoch = :epoch AND attribute_exists(#expiresAt)',
        values: { ':epoch': epoch },
      });
      return item !== undefined;
    },
    read: async (connection) => {
      const found = await table.get(connection, keys.lease);
      return found && read(connection, found.value);
    },
  };
}

function saved({ window, retry }: LeaseSave, more: Readonly<Record<string, Writable>> = {}) {
  return {
    set: {
      ...more,
      ...(window && { window: window.map((bucket) => ({ ...bucket })) }),
      ...(retry && { retry: { ...retry } }),
    },
    remove: retry === null ? ['retry'] : [],
  };
}

function expressionOf({ set = {}, add = {}, remove = [] }: Update): string {
  const clause = (word: string, parts: readonly string[]) =>
    parts.length === 0 ? '' : `${word} ${parts.join(', ')} `;
  return (
    clause(
      'SET',
      Object.keys(set).map((name) => `#${name} = :set_${name}`),
    ) +
    clause(
      'ADD',
      Object.keys(add).map((name) => `#${name} :add_${name}`),
    ) +
    clause(
      'REMOVE',
      remove.map((name) => `#${name}`),
    )
  ).trim();
}

function prefixed(
  prefix: string,
  values: Readonly<Record<string, Writable>>,
): Record<string, Writable> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [`${prefix}${name}`, value]),
  );
}

function leaseItem(item: ItemReader): LeaseItem {
  return {
    epoch: item.count('epoch'),
    ...item.optional('owner', (name) => item.text(name)),
    ...item.optional('expiresAt', (name) => item.count(name)),
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
      };
    }),
  };
}
