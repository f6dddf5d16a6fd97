import { Annotations, Duration, RemovalPolicy } from 'aws-cdk-lib';
import { Table, type ITable } from 'aws-cdk-lib/aws-dynamodb';
import { SecurityGroup, Subnet, Vpc } from 'aws-cdk-lib/aws-ec2';
import { EventBus } from 'aws-cdk-lib/aws-events';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Topic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import * as z from 'zod/mini';
import type { TrueupReconcilerProps } from './props.ts';

const arn = z.string().check(z.regex(/^arn:[^:]+:[^:]+:/, 'must be an ARN'));

/** Days that CloudWatch Logs accepts. */
const retentions = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827,
] as const;

const tableSchema = z.strictObject({
  arn,
  streamArn: z.optional(arn),
  keyArn: z.optional(arn),
});

const vpcSchema = z.strictObject({
  id: z.string(),
  subnetIds: z.array(z.string()).check(z.minLength(1)),
  securityGroupIds: z.optional(z.array(z.string())),
});

/** The context key `trueup`: the construct's props as JSON. */
const contextSchema = z.strictObject({
  stackName: z.optional(z.string()),
  // Optional here, because the construct's error shows what to add.
  allowedHosts: z.optional(z.record(z.string(), z.array(z.string()))),
  scheduleMinutes: z.optional(z.number()),
  inlineShare: z.optional(z.number()),
  connectionsAtOnce: z.optional(z.number()),
  concurrency: z.optional(z.number()),
  memory: z.optional(z.number()),
  secretPrefix: z.optional(z.string()),
  secretKeyArns: z.optional(z.array(arn)),
  cloudTrailRotation: z.optional(z.boolean()),
  eventBusArn: z.optional(arn),
  logRetentionDays: z.optional(z.literal(retentions)),
  alarmTopicArn: z.optional(arn),
  failingForMinutes: z.optional(z.number()),
  failingShare: z.optional(z.number()),
  kmsKeyArn: z.optional(arn),
  fingerprintKeyArn: z.optional(arn),
  desiredTable: z.optional(tableSchema),
  ledgerTable: z.optional(tableSchema),
  removalPolicy: z.optional(z.enum(['retain', 'destroy'])),
  tracing: z.optional(z.boolean()),
  vpc: z.optional(vpcSchema),
});

/** The value of the context key `trueup`. */
export type TrueupContext = z.infer<typeof contextSchema>;

/** Reads the context, an object or (from `cdk -c`) its JSON. @throws Error that names each key that is not valid */
export function readContext(value: unknown): TrueupContext {
  const json: unknown = typeof value === 'string' ? JSON.parse(value) : (value ?? {});
  const parsed = contextSchema.safeParse(json, { error: z.locales.en().localeError });
  if (parsed.success) return parsed.data;
  throw new Error(`context 'trueup' of cdk.json:\n${z.prettifyError(parsed.error)}`);
}

/** The context as props of the construct. Resources with an ARN are imported into the scope. */
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
    ...(context.fingerprintKeyArn !== undefined && {
      fingerprintKey: Secret.fromSecretCompleteArn(
        scope,
        'ExistingFingerprintKey',
        context.fingerprintKeyArn,
      ),
    }),
    ...(desiredTable && { desiredTable: existing(scope, 'ExistingDesired', desiredTable) }),
    ...(context.vpc && networkProps(scope, context.vpc)),
    ...(ledgerTable && { ledgerTable: existing(scope, 'ExistingLedger', ledgerTable) }),
  };
}

function plainProps(context: TrueupContext) {
  const { allowedHosts = {}, inlineShare, connectionsAtOnce, concurrency, memory } = context;
  const { secretPrefix, cloudTrailRotation, failingShare, tracing } = context;
  return {
    allowedHosts,
    ...(inlineShare !== undefined && { inlineShare }),
    ...(connectionsAtOnce !== undefined && { connectionsAtOnce }),
    ...(concurrency !== undefined && { concurrency }),
    ...(memory !== undefined && { memory }),
    ...(secretPrefix !== undefined && { secretPrefix }),
    ...(cloudTrailRotation !== undefined && { cloudTrailRotation }),
    ...(failingShare !== undefined && { failingShare }),
    ...(tracing !== undefined && { tracing }),
  };
}

/** A VPC is given by ids, because a lookup would need AWS access. */
function networkProps(
  scope: Construct,
  { id, subnetIds, securityGroupIds }: z.infer<typeof vpcSchema>,
): Pick<TrueupReconcilerProps, 'vpc' | 'subnets' | 'securityGroups'> {
  const subnets = subnetIds.map((subnetId) => {
    const subnet = Subnet.fromSubnetId(scope, `Subnet-${subnetId}`, subnetId);
    const reason = 'Only its id is used';
    Annotations.of(subnet).acknowledgeWarning('@aws-cdk/aws-ec2:noSubnetRouteTableId', reason);
    return subnet;
  });
  return {
    // Zones are not used, because the subnets are given.
    vpc: Vpc.fromVpcAttributes(scope, 'Vpc', { vpcId: id, availabilityZones: ['any'] }),
    subnets: { subnets },
    ...(securityGroupIds && {
      securityGroups: securityGroupIds.map((group) =>
        SecurityGroup.fromSecurityGroupId(scope, `Group-${group}`, group),
      ),
    }),
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
