import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { SeenDate } from '../../../model/runtime.types.ts';
import { desiredTable } from '../../../desired/rows/desired-table.ts';
import { tellDates } from './server-dates.ts';
import { storeError } from '../../../table/store-errors.ts';
import type { ItemsOptions } from '../../../table/dynamodb/items.ts';

/**
 * Whose credentials the SDK found and which region, in words: the end of an access key's id is no secret.
 *
 * @throws StoreError if it found none
 */
export async function identityOf({ config }: DynamoDBClient): Promise<string> {
  try {
    const [{ accessKeyId, accountId }, region] = await Promise.all([
      config.credentials(),
      config.region(),
    ]);
    const account = accountId === undefined ? '' : ` of account ${accountId}`;
    return `access key ...${accessKeyId.slice(-4)}${account}, region ${region}`;
  } catch (error) {
    throw storeError(error, { call: 'SDK', store: 'credentials and region' });
  }
}

/** AWS's clock, by a read that finds nothing. @throws StoreError */
export async function datesOf(options: ItemsOptions): Promise<readonly SeenDate[]> {
  const dates: SeenDate[] = [];
  tellDates(options.client, options.clock, (seen) => dates.push(seen));
  await desiredTable(options).rows('-', []);
  return dates;
}
