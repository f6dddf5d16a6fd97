import { UpdateItemCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { toItem, type Attributes as Item } from '../table/dynamodb/attribute-values.ts';
import type { Writable } from '../table/table.ts';
import { names } from '../table/dynamodb/expressions.ts';
import { nameOf, storeError } from '../table/store-errors.ts';

/** A conditional update in DynamoDB's own terms: `#name` stands for the attribute `name`. */
export interface Update {
  readonly set?: readonly string[];
  readonly add?: readonly string[];
  readonly remove?: readonly string[];
  readonly delete?: readonly string[];
  readonly condition?: string;
  readonly values?: Readonly<Record<string, Writable>>;
  /** String sets, which are not JSON. */
  readonly sets?: Readonly<Record<string, readonly string[]>>;
}

/** Which item of which table. */
export interface ItemPlace {
  readonly client: DynamoDBClient;
  readonly table: string;
  readonly connection: string;
  readonly item: string;
}

/**
 * One UpdateItem. The client repeats it if its answer was lost.
 *
 * @returns the attributes as they now stand; undefined if the condition did not hold
 * @throws StoreError
 */
export async function updateItem(
  { client, table, connection, item }: ItemPlace,
  { condition, ...what }: Update,
): Promise<Item | undefined> {
  const expression = expressionOf(what);
  const values = { ...toItem(what.values ?? {}), ...setsOf(what.sets ?? {}) };
  const command = new UpdateItemCommand({
    TableName: table,
    Key: toItem({ connection, item }),
    UpdateExpression: expression,
    ...(condition !== undefined && { ConditionExpression: condition }),
    ExpressionAttributeNames: names(`${expression} ${condition ?? ''}`),
    ...(Object.keys(values).length > 0 && { ExpressionAttributeValues: values }),
    ReturnValues: 'ALL_NEW',
  });
  try {
    const { Attributes = {} } = await client.send(command);
    return Attributes;
  } catch (error) {
    if (nameOf(error) === 'ConditionalCheckFailedException') return undefined;
    throw storeError(error, { call: 'DynamoDB UpdateItem', store: table, connection, item });
  }
}

function expressionOf({ set = [], add = [], remove = [], delete: taken = [] }: Update): string {
  const clauses = { SET: set, ADD: add, REMOVE: remove, DELETE: taken };
  return Object.entries(clauses)
    .filter(([, parts]) => parts.length > 0)
    .map(([word, parts]) => `${word} ${parts.join(', ')}`)
    .join(' ');
}

function setsOf(sets: Readonly<Record<string, readonly string[]>>): Item {
  return Object.fromEntries(
    Object.entries(sets).map(([name, members]) => [name, { SS: [...members] }]),
  );
}
