/** A function that does nothing, with the SDK's clients that Trueup's functions have. */
import { dynamoDbClient } from '../lib/table/dynamodb/client.ts';
import { eventBridgeClient, sqsClient } from '../lib/work/clients.ts';
import { secretsManagerClient } from '../lib/secrets/secrets-manager/client.ts';

const clients = [dynamoDbClient, eventBridgeClient, secretsManagerClient, sqsClient];

export const handler = async () => clients.length;
