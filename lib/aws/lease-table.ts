import { randomUUID } from 'node:crypto';
import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import { knockedAtMost } from '../reconcile/ports/lease-items.ts';
import type { LeaseItem, LeaseItems, LeaseSave, Scope } from '../reconcile/ports/lease-items.ts';
import { toItem, type Attributes as Item } from '../table/dynamodb/attribute-values.ts';
import type { Writable } from '../table/table.ts';
import { MalformedItem } from './item-reader.ts';
import { leaseItem } from './lease-item.ts';
import { keys } from '../ledger/keys.ts';
import type { DynamoDbTableOptions } from '../table/dynamodb/table.ts';
import { storeError, storeProblem } from '../table/store-errors.ts';
import { updateItem, type Update } from './update.ts';

const free = 'attribute_not_exists(#expiresAt) OR #expiresAt < :overBefore';
const held = 'attribute_exists(#expiresAt) AND #expiresAt >= :overBefore';
const ours = '#epoch = :epoch AND attribute_exists(#expiresAt)';
const sameKnocks = '(#knocks = :knocks OR (attribute_not_exists(#knocks) AND :knocks = :zero))';

/**
 * `LeaseItems` on the table `Ledger`: conditional UpdateItem calls on the item `lease`, and nothing else. The client
 * repeats a call whose answer was lost; where the repetition would fail on what the first one did, the item is read.
 */
export function leaseTable({
  client,
  table,
  ids = randomUUID,
}: Pick<DynamoDbTableOptions, 'client' | 'table' | 'ids'>): LeaseItems {
  const at = (call: string, connection: string) => ({
    call: `DynamoDB ${call}`,
    store: table,
    connection,
    item: keys.lease,
  });
  const key = (connection: string) => toItem({ connection, item: keys.lease });

  function parse(connection: string, attributes: Item): LeaseItem {
    try {
      return leaseItem(attributes);
    } catch (error) {
      if (!(error instanceof MalformedItem)) throw error;
      throw storeProblem('store-malformed', at('UpdateItem', connection), error.message);
    }
  }

  /** @returns the item as it now stands; undefined if the condition did not hold */
  async function update(
    connection: string,
    what: Update & { readonly condition: string },
  ): Promise<LeaseItem | undefined> {
    const attributes = await updateItem({ client, table, connection, item: keys.lease }, what);
    return attributes && parse(connection, attributes);
  }

  async function find(connection: string): Promise<Item | undefined> {
    try {
      const command = { TableName: table, Key: key(connection), ConsistentRead: true };
      const { Item: found } = await client.send(new GetItemCommand(command));
      return found;
    } catch (error) {
      throw storeError(error, at('GetItem', connection));
    }
  }

  async function read(connection: string): Promise<LeaseItem | undefined> {
    const found = await find(connection);
    return found && parse(connection, found);
  }

  return {
    read,
    acquire: async (connection, { owner, expiresAt, overBefore }) => {
      const writeId = ids();
      const acquired = await update(connection, {
        set: [
          '#owner = :owner',
          '#writeId = :writeId',
          '#expiresAt = :expiresAt',
          '#expiredAt = if_not_exists(#expiresAt, :free)',
        ],
        add: ['#epoch :one'],
        condition: free,
        values: {
          ':owner': owner,
          ':writeId': writeId,
          ':expiresAt': expiresAt,
          ':overBefore': overBefore,
          ':one': 1,
          ':free': 0,
        },
      });
      if (acquired) return acquired;
      const found = await find(connection);
      const item = found && parse(connection, found);
      return found?.['writeId']?.S === writeId ? item : undefined;
    },
    knock: async (connection, { scope, overBefore }) => {
      const values = { ':one': 1, ':overBefore': overBefore };
      if (scope !== 'all' && scope.size <= knockedAtMost) {
        const room = '(attribute_not_exists(#knockIds) OR size(#knockIds) <= :room)';
        const named = await update(connection, {
          add: ['#knocks :one', ...(scope.size > 0 ? ['#knockIds :ids'] : [])],
          condition: `${held} AND ${room} AND attribute_not_exists(#knockAll)`,
          values: { ...values, ':room': knockedAtMost - scope.size },
          ...(scope.size > 0 && { sets: { ':ids': [...scope] } }),
        });
        if (named) return true;
      }
      const all = await update(connection, {
        set: ['#knockAll = :true'],
        add: ['#knocks :one'],
        condition: held,
        values: { ...values, ':true': true },
      });
      return all !== undefined;
    },
    serve: async (connection, { epoch, knocks, running }) => {
      const item = await update(connection, {
        ...setScope(running),
        condition: `${ours} AND ${sameKnocks}`,
        values: {
          ':epoch': epoch,
          ':knocks': knocks,
          ':zero': 0,
          ...(running === 'all' && { ':true': true }),
        },
      });
      return item !== undefined;
    },
    renew: (connection, { epoch, expiresAt, save }) => {
      const saved = savedOf(save);
      return update(connection, {
        set: ['#expiresAt = :expiresAt', ...saved.set],
        remove: saved.remove,
        condition: ours,
        values: { ':epoch': epoch, ':expiresAt': expiresAt, ...saved.values },
      });
    },
    release: async (connection, { epoch, knocks, keep, save }) => {
      const saved = savedOf(save);
      const released = await update(connection, {
        set: saved.set,
        remove: ['#owner', '#expiresAt', '#expiredAt', ...(keep ? [] : asked), ...saved.remove],
        condition: keep ? ours : `${ours} AND ${sameKnocks}`,
        values: {
          ':epoch': epoch,
          ...(!keep && { ':knocks': knocks, ':zero': 0 }),
          ...saved.values,
        },
      });
      if (released) return 'released';
      const found = await read(connection);
      if (found?.epoch !== epoch) return 'lost';
      return found.expiresAt === undefined ? 'released' : found;
    },
  };
}

/** Attributes that say what others asked for. */
const asked = ['#knockIds', '#knockAll', '#runningIds', '#runningAll'];

function setScope(running: Scope): Pick<Update, 'set' | 'remove' | 'sets'> {
  return running === 'all'
    ? { set: ['#runningAll = :true'], remove: ['#knockIds', '#knockAll', '#runningIds'] }
    : {
        set: ['#runningIds = :running'],
        remove: ['#knockIds', '#knockAll', '#runningAll'],
        sets: { ':running': [...running] },
      };
}

function savedOf({ window, retry, budget }: LeaseSave) {
  const values: Record<string, Writable> = {
    ...(window && { window: window.map((bucket) => ({ ...bucket })) }),
    ...(retry && { retry: { ...retry } }),
    ...(budget && { budget: { ...budget } }),
  };
  return {
    set: Object.keys(values).map((name) => `#${name} = :save_${name}`),
    remove: retry === null ? ['#retry'] : [],
    values: Object.fromEntries(
      Object.entries(values).map(([name, value]) => [`:save_${name}`, value]),
    ),
  };
}
