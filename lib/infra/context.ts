import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { Table, type ITable } from 'aws-cdk-lib/aws-dynamodb';
import { EventBus } from 'aws-cdk-lib/aws-events';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Topic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import * as z from 'zod';
import type { TrueupReconcilerProps } from './props.ts';

const arn = z.string().regex(/^arn:[^:]+:[^:]+:/, 'must be an ARN');

/** Days that CloudWatch Logs knows. */
const retentions = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827,
] as const;

const tableSchema = z.strictObject({
  arn,
  streamArn: arn.optional(),
  keyArn: arn.optional(),
});

/** The context key `trueup`: the construct's props in JSON's own types. */
const contextSchema = z.strictObject({
  stackName: z.string().optional(),
  allowedHosts: z.record(z.string(), z.array(z.string())),
  scheduleMinutes: z.number().optional(),
  inlineShare: z.number().optional(),
  connectionsAtOnce: z.number().optional(),
  concurrency: z.number().optional(),
  memory: z.number().optional(),
  secretPrefix: z.string().optional(),
  secretKeyArns: z.array(arn).optional(),
  refreshTokenSecrets: z.array(z.string()).optional(),
  cloudTrailRotation: z.boolean().optional(),
  eventBusArn: arn.optional(),
  logRetentionDays: z.literal(retentions).optional(),
  alarmTopicArn: arn.optional(),
  failingForMinutes: z.number().optional(),
  kmsKeyArn: arn.optional(),
  desiredTable: tableSchema.optional(),
  ledgerTable: tableSchema.optional(),
  removalPolicy: z.enum(['retain', 'destroy']).optional(),
  tracing: z.boolean().optional(),
});

/** What stands under the context key `trueup`. */
export type TrueupContext = z.infer<typeof contextSchema>;

/** Reads the context, an object or (from `cdk -c`) its JSON. @throws Error that names each key that does not fit */
export function readContext(value: unknown): TrueupContext {
  const parsed = contextSchema.safeParse(typeof value === 'string' ? JSON.parse(value) : value);
  if (parsed.success) return parsed.data;
  throw new Error(`context 'trueup' of cdk.json:\n${z.prettifyError(parsed.error)}`);
}

/** The same as props; what is named by ARN becomes part of the scope. */
export function propsOf(scope: Construct, context: TrueupContext): TrueupReconcilerProps {
  const { eventBusArn, alarmTopicArn, kmsKeyArn, desiredTable, ledgerTable } = context;
  const { scheduleMinutes, failingForMinutes, logRetentionDays, removalPolicy } = context;
  return {
    ...plainProps(context),
    ...(scheduleMinutes !== undefined && { schedule: Duration.minutes(scheduleMinutes) }),
    ...(failingForMinutes !== undefined && { failingFor: Duration.minutes(failingForMinutes) }),
    ...(logRetentionDays !== undefined && { logRetention: logRetentionDays }),
    ...(removalPolicy === 'destroy' && { removalPolicy: RemovalPolicy.DESTROY }),
    ...(context.secretKeyArns && {
      secretKeys: context.secretKeyArns.map((key, index) =>
        Key.fromKeyArn(scope, `SecretKey${index}`, key),
      ),
    }),
    ...(eventBusArn !== undefined && {
      eventBus: EventBus.fromEventBusArn(scope, 'EventBus', eventBusArn),
    }),
    ...(alarmTopicArn !== undefined && {
      alarmTopic: Topic.fromTopicArn(scope, 'AlarmTopic', alarmTopicArn),
    }),
    ...(kmsKeyArn !== undefined && { kmsKey: Key.fromKeyArn(scope, 'Key', kmsKeyArn) }),
    ...(desiredTable && { desiredTable: existing(scope, 'ExistingDesired', desiredTable) }),
    ...(ledgerTable && { ledgerTable: existing(scope, 'ExistingLedger', ledgerTable) }),
  };
}

function plainProps(context: TrueupContext) {
  const { allowedHosts, inlineShare, connectionsAtOnce, concurrency, memory } = context;
  const { secretPrefix, refreshTokenSecrets, cloudTrailRotation, tracing } = context;
  return {
    allowedHosts,
    ...(inlineShare !== undefined && { inlineShare }),
    ...(connectionsAtOnce !== undefined && { connectionsAtOnce }),
    ...(concurrency !== undefined && { concurrency }),
    ...(memory !== undefined && { memory }),
    ...(secretPrefix !== undefined && { secretPrefix }),
    ...(refreshTokenSecrets && { refreshTokenSecrets }),
    ...(cloudTrailRotation !== undefined && { cloudTrailRotation }),
    ...(tracing !== undefined && { tracing }),
  };
}

function existing(scope: Construct, id: string, table: z.infer<typeof tableSchema>): ITable {
  const { arn: tableArn, streamArn, keyArn } = table;
  return Table.fromTableAttributes(scope, id, {
    tableArn,
    ...(streamArn !== undefined && { tableStreamArn: streamArn }),
    ...(keyArn !== undefined && { encryptionKey: Key.fromKeyArn(scope, `${id}Key`, keyArn) }),
  });
}
