import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { unknownCaller } from '../../../model/text/shown-caller.ts';
import { clientConfiguration } from '../../../table/dynamodb/client.ts';
import type { ClientOptions } from '../../../table/dynamodb/client.ts';
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

/** What is done does not wait long for the name of who does it. */
const impatience = { maxAttempts: 2, timeoutMs: 3000 };

/**
 * The AWS identity, as an ARN. The call needs no permission, and no policy can deny it. Where STS cannot be reached, the end
 * of the access key's id has to do.
 */
export async function callerOf(options: ClientOptions, dynamodb: DynamoDBClient): Promise<string> {
  const client = new STSClient(clientConfiguration({ ...impatience, ...options }));
  try {
    const { Arn: arn } = await client.send(new GetCallerIdentityCommand({}));
    if (arn !== undefined && arn !== '') return arn;
  } catch {
    // The same error would end the command itself, where it has a call to make that needs what is lacking.
  } finally {
    client.destroy();
  }
  return identityOf(dynamodb).catch(() => unknownCaller);
}

/** AWS's clock, by a read that finds nothing. @throws StoreError */
export async function datesOf(options: ItemsOptions): Promise<readonly SeenDate[]> {
  const dates: SeenDate[] = [];
  tellDates(options.client, options.clock, (seen) => dates.push(seen));
  await desiredTable(options).rows('-', []);
  return dates;
}
