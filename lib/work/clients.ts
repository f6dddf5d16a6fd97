import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SQSClient } from '@aws-sdk/client-sqs';
import { clientConfiguration, type ClientOptions } from '../table/dynamodb/client.ts';

export function sqsClient(options: ClientOptions = {}): SQSClient {
  return new SQSClient(clientConfiguration(options));
}

export function eventBridgeClient(options: ClientOptions = {}): EventBridgeClient {
  return new EventBridgeClient(clientConfiguration(options));
}
