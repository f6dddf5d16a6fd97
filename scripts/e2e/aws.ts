import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import {
  CloudWatchClient,
  DescribeAlarmsCommand,
  PutMetricDataCommand,
  type MetricDatum,
} from '@aws-sdk/client-cloudwatch';
import { CloudWatchLogsClient, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import {
  BatchWriteItemCommand,
  DescribeTableCommand,
  DynamoDBClient,
  GetItemCommand,
  QueryCommand,
} from '@aws-sdk/client-dynamodb';
import {
  GetFunctionConfigurationCommand,
  InvokeCommand,
  LambdaClient,
} from '@aws-sdk/client-lambda';
import {
  CreateSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import {
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SetQueueAttributesCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { fromItem, toItem } from '../../lib/table/dynamodb/attribute-values.ts';
import type { Writable } from '../../lib/table/table.ts';
import { region, type Emulator } from './emulator.ts';

type Row = Readonly<Record<string, Writable>>;

/** AWS calls that a user makes. */
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
  const secrets = new SecretsManagerClient(configuration);
  const ssm = new SSMClient(configuration);
  const sqs = new SQSClient(configuration);
  const lambda = new LambdaClient(configuration);
  const logs = new CloudWatchLogsClient(configuration);
  const cloudWatch = new CloudWatchClient(configuration);
  return {
    table: async (TableName: string) => {
      const { Table } = await dynamodb.send(new DescribeTableCommand({ TableName }));
      return Table;
    },
    put: async (table: string, rows: readonly Row[]) => {
      const requests = rows.map((row) => ({ PutRequest: { Item: toItem(row) } }));
      await dynamodb.send(new BatchWriteItemCommand({ RequestItems: { [table]: requests } }));
    },
    item: async (TableName: string, connection: string, item: string) => {
      const Key = toItem({ connection, item });
      const command = new GetItemCommand({ TableName, Key, ConsistentRead: true });
      const { Item: found } = await dynamodb.send(command);
      return found && fromItem(found);
    },
    items: async (TableName: string, connection: string, begin: string) => {
      const { Items: found = [] } = await dynamodb.send(
        new QueryCommand({
          TableName,
          ConsistentRead: true,
          KeyConditionExpression: '#c = :c AND begins_with(#i, :i)',
          ExpressionAttributeNames: { '#c': 'connection', '#i': 'item' },
          ExpressionAttributeValues: toItem({ ':c': connection, ':i': begin }),
        }),
      );
      return found.map((one) => fromItem(one));
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
    parameter: async (Name: string) => {
      const answer = await ssm.send(new GetParameterCommand({ Name, WithDecryption: true }));
      return answer.Parameter?.Value;
    },
    queue: async (QueueUrl: string) => {
      const command = new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] });
      return (await sqs.send(command)).Attributes ?? {};
    },
    setQueue: async (QueueUrl: string, Attributes: Readonly<Record<string, string>>) => {
      await sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes }));
    },
    send: async (QueueUrl: string, MessageBody: string) => {
      await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody }));
    },
    receive: async (QueueUrl: string) => {
      const { Messages: [message] = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl }));
      return message?.Body;
    },
    /** Asynchronously, as Scheduler does. */
    invoke: async (FunctionName: string) => {
      await lambda.send(new InvokeCommand({ FunctionName, InvocationType: 'Event' }));
    },
    environmentOf: async (FunctionName: string) => {
      const command = new GetFunctionConfigurationCommand({ FunctionName });
      return (await lambda.send(command)).Environment?.Variables ?? {};
    },
    /** The log lines of a function. */
    logOf: async (FunctionName: string) => {
      const { LoggingConfig } = await lambda.send(
        new GetFunctionConfigurationCommand({ FunctionName }),
      );
      const logGroupName = LoggingConfig?.LogGroup;
      const { events = [] } = await logs.send(new FilterLogEventsCommand({ logGroupName }));
      return events.map(({ message = '' }) => message);
    },
    putMetrics: async (Namespace: string, MetricData: MetricDatum[]) => {
      await cloudWatch.send(new PutMetricDataCommand({ Namespace, MetricData }));
    },
    /** States of alarms by their names. */
    alarms: async (begin: string) => {
      const command = new DescribeAlarmsCommand({ AlarmNamePrefix: begin });
      const { MetricAlarms: found = [] } = await cloudWatch.send(command);
      return new Map(found.map(({ AlarmName = '', StateValue }) => [AlarmName, StateValue]));
    },
    close: () => {
      for (const client of [dynamodb, secrets, ssm, sqs, lambda, logs, cloudWatch])
        client.destroy();
    },
  };
}

export type Aws = ReturnType<typeof awsOn>;
