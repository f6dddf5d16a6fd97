import { DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  CreateSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import {
  BatchWriteCommand,
  DynamoDBDocumentClient,
  GetCommand,
  QueryCommand,
} from '@aws-sdk/lib-dynamodb';
import { region, type Emulator } from './emulator.ts';

type Item = Record<string, unknown>;

/** What a user does with AWS's own calls. */
export function awsOn({ endpoint, environment }: Emulator) {
  const configuration = {
    endpoint,
    region,
    credentials: {
      accessKeyId: environment['AWS_ACCESS_KEY_ID'] ?? '',
      secretAccessKey: environment['AWS_SECRET_ACCESS_KEY'] ?? '',
    },
  };
  const dynamodb = new DynamoDBClient(configuration);
  const documents = DynamoDBDocumentClient.from(dynamodb);
  const secrets = new SecretsManagerClient(configuration);
  const sqs = new SQSClient(configuration);
  return {
    table: async (TableName: string) => {
      const { Table } = await dynamodb.send(new DescribeTableCommand({ TableName }));
      return Table;
    },
    put: async (table: string, items: readonly Item[]) => {
      const requests = items.map((row) => ({ PutRequest: { Item: row } }));
      await documents.send(new BatchWriteCommand({ RequestItems: { [table]: requests } }));
    },
    item: async (TableName: string, connection: string, item: string) => {
      const Key = { connection, item };
      const answer = await documents.send(new GetCommand({ TableName, Key, ConsistentRead: true }));
      return answer.Item;
    },
    items: async (TableName: string, connection: string, begin: string) => {
      const answer = await documents.send(
        new QueryCommand({
          TableName,
          ConsistentRead: true,
          KeyConditionExpression: '#c = :c AND begins_with(#i, :i)',
          ExpressionAttributeNames: { '#c': 'connection', '#i': 'item' },
          ExpressionAttributeValues: { ':c': connection, ':i': begin },
        }),
      );
      return answer.Items ?? [];
    },
    createSecret: async (Name: string, SecretString: string) => {
      await secrets.send(new CreateSecretCommand({ Name, SecretString }));
    },
    rotate: async (SecretId: string, SecretString: string) => {
      await secrets.send(new PutSecretValueCommand({ SecretId, SecretString }));
    },
    secret: async (SecretId: string) => {
      const { SecretString } = await secrets.send(new GetSecretValueCommand({ SecretId }));
      return SecretString;
    },
    queue: async (QueueUrl: string) => {
      const command = new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] });
      return (await sqs.send(command)).Attributes ?? {};
    },
    close: () => {
      for (const client of [dynamodb, secrets, sqs]) client.destroy();
    },
  };
}

export type Aws = ReturnType<typeof awsOn>;
