import type { Dashboard } from 'aws-cdk-lib/aws-cloudwatch';
import { EventBus } from 'aws-cdk-lib/aws-events';
import type { ManagedPolicy } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { acknowledgeFindings } from './acknowledgements.ts';
import { createAlarms } from './monitoring/alarms.ts';
import { createDashboard } from './monitoring/dashboard.ts';
import { fingerprintKeyOf, type AnySecret } from './data/fingerprint-key.ts';
import { createFunctions, type FunctionSet } from './functions/function-set.ts';
import { createOperatorPolicy } from './access/operator-policy.ts';
import { metricsOf, serviceName } from './monitoring/metrics.ts';
import { createOutputs } from './outputs.ts';
import type { PermissionTargets } from './access/permissions.ts';
import type { TrueupReconcilerProps } from './props.ts';
import { createQueues, type Queues } from './data/queues.ts';
import { networkOf } from './functions/network.ts';
import { pushRotations } from './functions/rotation.ts';
import { scheduleFunction } from './functions/schedule.ts';
import { settingsOf, type InfraSettings } from './settings.ts';
import { createTables, type AnyTable } from './data/tables.ts';
import { triggerByQueue, triggerByStream } from './functions/triggers.ts';

/**
 * A deployment of Trueup: two tables, three functions, a queue, a schedule, and alarms and a dashboard for them.
 *
 * @example
 * const stack = new Stack(new App(), 'Mcp');
 * new TrueupReconciler(stack, 'Trueup', {
 *   allowedHosts: { PROVIDER: ['gateway.example.com', 'auth.example.com'] },
 * });
 */
export class TrueupReconciler extends Construct {
  readonly desiredTable: AnyTable;
  readonly ledgerTable: AnyTable;
  readonly fingerprintKey: AnySecret;
  readonly queues: Queues;
  readonly functions: FunctionSet;
  /** For users of `trueup --stack`. */
  readonly operatorPolicy: ManagedPolicy;

  /** @throws Error that names the invalid prop */
  constructor(scope: Construct, id: string, props: TrueupReconcilerProps) {
    super(scope, id);
    const settings = settingsOf(props);
    const tables = createTables(this, props);
    const fingerprintKey = fingerprintKeyOf(this, props);
    const eventBus = props.eventBus ?? EventBus.fromEventBusName(this, 'DefaultBus', 'default');
    const targets: PermissionTargets = {
      tables,
      queues: createQueues(this, props.kmsKey),
      fingerprintKeyArn: fingerprintKey.secretArn,
      eventBusArn: eventBus.eventBusArn,
      secretPrefix: settings.secretPrefix,
      secretKeys: props.secretKeys ?? [],
      storeKeys: storeKeys(props),
    };
    this.desiredTable = tables.desired;
    this.ledgerTable = tables.ledger;
    this.fingerprintKey = fingerprintKey;
    this.queues = targets.queues;
    this.functions = createFunctions(this, settings, targets, {
      environment: environmentOf(settings, targets, serviceName(this, props.outputPrefix)),
      logRetention: props.logRetention,
      tracing: props.tracing,
      network: networkOf(this, props),
    });
    const queueTrigger = trigger(this, this.functions, { props, settings, targets });
    const dashboard = watch(this, { props, settings });
    this.operatorPolicy = createOperatorPolicy(this, targets, this.functions, dashboard);
    const { outputPrefix = 'Trueup' } = props;
    createOutputs(this, outputPrefix, {
      settings,
      targets,
      functions: this.functions,
      operatorPolicy: this.operatorPolicy,
      dashboard,
    });
    const { functions, queues, operatorPolicy } = this;
    acknowledgeFindings(this, {
      settings,
      functions,
      queues,
      operatorPolicy,
      fingerprintKey,
      queueTrigger,
    });
  }
}

interface Parts {
  readonly props: TrueupReconcilerProps;
  readonly settings: InfraSettings;
  readonly targets: PermissionTargets;
}

/** KMS keys of everything the functions read and write, except connections' secrets. */
function storeKeys(props: TrueupReconcilerProps): readonly IKey[] {
  const { kmsKey, desiredTable, ledgerTable, fingerprintKey } = props;
  const stores = [desiredTable, ledgerTable, fingerprintKey];
  const keys = [kmsKey, ...stores.map((store) => store?.encryptionKey)];
  return [...new Set(keys.filter((key) => key !== undefined))];
}

/** The variables that `functions/settings.ts` and Powertools read. */
function environmentOf(
  settings: InfraSettings,
  to: PermissionTargets,
  service: string,
): Record<string, string> {
  return {
    POWERTOOLS_SERVICE_NAME: service,
    TRUEUP_DESIRED_TABLE: to.tables.desired.tableName,
    TRUEUP_LEDGER_TABLE: to.tables.ledger.tableName,
    TRUEUP_FINGERPRINT_SECRET: to.fingerprintKeyArn,
    TRUEUP_SECRET_PREFIX: settings.secretPrefix,
    TRUEUP_INLINE_SHARE: String(settings.inlineShare),
    TRUEUP_CONNECTIONS_AT_ONCE: String(settings.connectionsAtOnce),
    TRUEUP_QUEUE_URL: to.queues.work.queueUrl,
    TRUEUP_EVENT_BUS: to.eventBusArn,
  };
}

function trigger(scope: Construct, functions: FunctionSet, { props, settings, targets }: Parts) {
  const { scheduled, stream, queued } = functions;
  const { queues, tables, storeKeys: keys } = targets;
  const { schedule: every, tickAge } = settings;
  scheduleFunction(scope, scheduled.function, queues, { every, tickAge, storeKeys: keys });
  triggerByStream(scope, stream.function, tables, queues);
  pushRotations(scope, queues, {
    secretPrefix: settings.secretPrefix,
    cloudTrail: props.cloudTrailRotation ?? false,
  });
  return triggerByQueue(scope, queued.function, queues, settings.concurrency);
}

function watch(
  scope: TrueupReconciler,
  { props, settings }: Pick<Parts, 'props' | 'settings'>,
): Dashboard {
  const { scheduled, stream, queued } = scope.functions;
  const watched = {
    functions: {
      scheduled: scheduled.function,
      stream: stream.function,
      queued: queued.function,
    },
    queues: scope.queues,
    schedule: settings.schedule,
    metric: metricsOf(serviceName(scope, props.outputPrefix)),
  };
  const { alarmTopic: topic } = props;
  const { failingFor, failingShare } = settings;
  createAlarms(scope, { ...watched, failingFor, failingShare, topic });
  const logGroups = [scheduled.logGroup, stream.logGroup, queued.logGroup];
  return createDashboard(scope, { ...watched, logGroups });
}
