import { callerOf, datesOf, identityOf } from './caller.ts';
import { dynamoDbClient } from '../../../table/dynamodb/client.ts';
import type { ClientOptions } from '../../../table/dynamodb/client.ts';
import { secretsManagerClient } from '../../../secrets/secrets-manager/client.ts';
import { desiredWriter } from '../../../desired/rows/desired-writer.ts';
import { readStackMetadata, readStackOutputs } from './stack-outputs.ts';
import type { StackOutputs } from './stack-outputs.ts';
import { createHostProbe } from '../../../gateways/http/host-probe.ts';
import { parseAllowedHosts } from '../../../gateways/http/host-rule.ts';
import type { Dependencies } from '../../../pass/dependencies.types.ts';
import type { SeenDate } from '../../../model/runtime.types.ts';
import { secretInspector } from '../../../secrets/secrets-manager/secret-inspector.ts';
import { systemClock, wire } from '../../../wiring.ts';
import type { WiringOptions, WiringSettings } from '../../../wiring.ts';
import type { OpenContext } from '../chosen.ts';
import { usageError } from '../../errors/cli-error.ts';
import { versionWarning } from './stack-version.ts';
import { createLog } from '../../output/log.ts';
import { clockName, ownerName, userAndHost } from '../owner-name.ts';
import type { Target } from '../target.ts';

/** A target with the tables of a deployment: from a stack's outputs, or by name. */
export async function awsTarget(context: OpenContext): Promise<Target> {
  const { stack, profile, region } = context.options;
  const client = {
    ...(profile !== undefined && { profile }),
    ...(region !== undefined && { region }),
  };
  const outputs = stack === undefined ? undefined : await readStackOutputs(stack, client);
  if (stack !== undefined && outputs) {
    const warning = versionWarning(stack, outputs.get(`${prefixOf(stack, outputs)}Version`));
    if (warning !== undefined) context.output.say(`warning: ${warning}.`, 'warn');
  }
  const settings =
    stack !== undefined && outputs
      ? await settingsOfStack(stack, outputs, client)
      : byName(context);
  const endpoints = {
    dynamodb: { ...client, ...context.wiring.endpoints?.dynamodb },
    secretsManager: { ...client, ...context.wiring.endpoints?.secretsManager },
    ssm: { ...client, ...context.wiring.endpoints?.ssm },
    events: { ...client, ...context.wiring.endpoints?.events },
    sqs: { ...client, ...context.wiring.endpoints?.sqs },
    sts: { ...client, ...context.wiring.endpoints?.sts },
  };
  const target = wiredTarget('aws', settings, context, { ...context.wiring, endpoints });
  const name = stack === undefined ? `table ${settings.desiredTable}` : `stack ${stack}`;
  return { ...target, name, ...(outputs && { outputs }) };
}

/** A target on tables, with the same wiring as the functions. */
export function wiredTarget(
  kind: Target['kind'],
  settings: WiringSettings,
  context: Pick<OpenContext, 'output' | 'command' | 'settings'>,
  wiring: WiringOptions,
): Omit<Target, 'name'> & { readonly writer: NonNullable<Target['writer']> } {
  const { clock = systemClock, endpoints } = wiring;
  const vendorDates: SeenDate[] = [];
  const onDate = (seen: SeenDate) => void vendorDates.push(seen);
  const deps: Dependencies = {
    ...wire(settings, createLog(context.output), { ...wiring, onDate }),
    owner: ownerName(context),
    clockName: clockName(),
  };
  const client = dynamoDbClient(endpoints?.dynamodb);
  const secretsClient = secretsManagerClient(endpoints?.secretsManager);
  const table = { client, table: settings.desiredTable, clock };
  const allowed = parseAllowedHosts(settings.allowedHosts);
  let caller: Promise<string> | undefined;
  // Identities of the embedded world belong to no real user.
  const identified = async () =>
    kind === 'local' ? userAndHost(context.settings) : callerOf(endpoints?.sts ?? {}, client);
  return {
    kind,
    deps,
    connections: () => connectionsOf(deps),
    caller: () => (caller ??= identified()),
    writer: desiredWriter(table),
    diagnosis: {
      aws: { identity: () => identityOf(client), dates: () => datesOf(table) },
      desired: `table ${settings.desiredTable}`,
      ledger: `table ${settings.ledgerTable}`,
      secrets: secretInspector({ client: secretsClient, prefix: settings.secretPrefix }),
      probe: createHostProbe({ hosts: { allowed, trustDocumentedHosts: false } }),
      vendorDates,
    },
    close: async () => {
      client.destroy();
      secretsClient.destroy();
    },
  };
}

/** The declared connections, sorted, each once. */
export async function connectionsOf({ desired }: Dependencies): Promise<readonly string[]> {
  return [...new Set(await Array.fromAsync(desired.connections()))].toSorted();
}

function byName({ options, settings }: OpenContext): WiringSettings {
  const { desiredTable, ledgerTable } = options;
  if (desiredTable === undefined || ledgerTable === undefined) {
    throw usageError(
      '--desired-table and --ledger-table must be used together',
      'pass both, or the stack that has them: --stack NAME',
    );
  }
  if (settings.allowedHosts === '') {
    throw usageError(
      'no allowed hosts: credentials cannot be sent to any host',
      'set TRUEUP_ALLOWED_HOSTS=PROVIDER=HOST[:PORT] (several: separated by commas), or use --stack NAME',
    );
  }
  const { fingerprintSecret, secretPrefix, allowedHosts } = settings;
  return { desiredTable, ledgerTable, fingerprintSecret, secretPrefix, allowedHosts };
}

async function settingsOfStack(
  stack: string,
  outputs: StackOutputs,
  client: ClientOptions,
): Promise<WiringSettings> {
  const prefix = prefixOf(stack, outputs);
  const text = (name: string): string => {
    const value = outputs.get(prefix + name);
    if (value !== undefined) return value;
    throw usageError(
      `stack ${stack} has no output ${prefix}${name}`,
      'deploy it with this version of Trueup',
    );
  };
  const named = {
    desiredTable: text('DesiredTable'),
    ledgerTable: text('LedgerTable'),
    fingerprintSecret: text('FingerprintSecret'),
    secretPrefix: text('SecretPrefix'),
    queueUrl: text('QueueUrl'),
    eventBus: text('EventBus'),
  };
  const allowedHosts = await readStackMetadata(stack, `${prefix}AllowedHosts`, client);
  if (allowedHosts !== undefined) return { ...named, allowedHosts };
  throw usageError(
    `the template of stack ${stack} has no allowed hosts`,
    'deploy it with this version of Trueup',
  );
}

/** The prefix of the outputs, which is the construct's id and may differ in a user's own stack. */
function prefixOf(stack: string, outputs: StackOutputs): string {
  const suffix = 'DesiredTable';
  const prefixes = [...outputs.keys()]
    .filter((name) => name.endsWith(suffix))
    .map((name) => name.slice(0, -suffix.length));
  const [only] = prefixes;
  if (only !== undefined && prefixes.length === 1) return only;
  throw usageError(
    only === undefined
      ? `stack ${stack} is not a stack of Trueup: it has no output that ends in ${suffix}`
      : `stack ${stack} has more than one Trueup: ${prefixes.join(', ')}`,
    only === undefined
      ? 'name the stack that has the construct TrueupReconciler'
      : 'name the tables instead: --desired-table and --ledger-table',
  );
}
