import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { unknownCaller } from '../../../model/text/shown-caller.ts';
import { clientConfiguration } from '../../../table/dynamodb/client.ts';
import type { ClientOptions } from '../../../table/dynamodb/client.ts';
import type { SeenDate } from '../../../model/runtime.types.ts';
import { desiredTable } from '../../../desired/rows/desired-table.ts';
import { observeDates } from './server-dates.ts';
import { storeError } from '../../../table/store-errors.ts';
import type { ItemsOptions } from '../../../table/dynamodb/items.ts';

/**
 * A text with the credentials and region that the SDK found. The end of an access key's id is not secret.
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

/** A command does not wait long for the caller's name. */
const impatience = { maxAttempts: 2, timeoutMs: 3000 };

/**
 * The ARN of the AWS identity. The call needs no permissions. If STS cannot be reached, the end of the access key's id
 * is used.
 */
export async function callerOf(options: ClientOptions, dynamodb: DynamoDBClient): Promise<string> {
  const client = new STSClient(clientConfiguration({ ...impatience, ...options }));
  try {
    const { Arn: arn } = await client.send(new GetCallerIdentityCommand({}));
    if (arn !== undefined && arn !== '') return arn;
  } catch {
    // If something needed is missing, the command's own calls report it.
  } finally {
    client.destroy();
  }
  return identityOf(dynamodb).catch(() => unknownCaller);
}

/** The time of AWS, from a read of a missing item. @throws StoreError */
export async function datesOf(options: ItemsOptions): Promise<readonly SeenDate[]> {
  const dates: SeenDate[] = [];
  observeDates(options.client, options.clock, (seen) => dates.push(seen));
  await desiredTable(options).rows('-', []);
  return dates;
}
