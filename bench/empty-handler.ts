/** A function that does nothing, with the SDK's clients that Trueup's functions have. */
import {
  dynamoDbClient,
  eventBridgeClient,
  secretsManagerClient,
  sqsClient,
} from '../lib/aws/clients.ts';

const clients = [dynamoDbClient, eventBridgeClient, secretsManagerClient, sqsClient];

export const handler = async () => clients.length;
