import { startEmbeddedWorld, type EmbeddedWorld } from '../../demo/world/embedded-world.ts';

/** The world of an invocation that names no tables: AWS and Barndoor on loopback, with the rows and secrets that `events/` refers to. */
export interface LocalWorld {
  readonly world: EmbeddedWorld;
  /** The environment of a function in Lambda, without Lambda's own variables. */
  readonly environment: Readonly<Record<string, string>>;
}

const connection = 'acme';
const token = 'token-of-acme';
const id = (n: number) => `00000000-0000-4000-8000-00000000000${n}`;
const salesforce = `trueup/${connection}/salesforce`;

const rows = [
  {
    id: id(0),
    spec: {
      name: 'Salesforce Production',
      slug: 'server-0',
      client_secret: { secret: salesforce },
    },
  },
  { id: id(1), spec: { name: 'GitHub', slug: 'server-1' } },
];

export async function startLocalWorld(): Promise<LocalWorld> {
  const servers = [0, 1, 2].map((n) => ({ id: id(n), name: `Before ${n}`, slug: `before-${n}` }));
  const world = await startEmbeddedWorld({ barndoor: { servers, tokens: [token] } });
  await world.secrets.write(`trueup/${connection}/token`, token);
  await world.secrets.write(salesforce, 'secret-of-salesforce');
  await world.desired.put(connection, 'connection', {
    provider: 'barndoor',
    baseUrl: world.barndoor.url,
    auth: { type: 'bearer', token: { secret: `trueup/${connection}/token` } },
    policy: { mode: 'correct' },
  });
  for (const { id: server, ...row } of rows) {
    // oxlint-disable-next-line no-await-in-loop -- two rows
    await world.desired.put(connection, `server#${server}`, row);
  }
  return { world, environment: environmentOf(world) };
}

function environmentOf({ settings, endpoints, queueUrl }: EmbeddedWorld): Record<string, string> {
  return {
    TRUEUP_DESIRED_TABLE: settings.desiredTable,
    TRUEUP_LEDGER_TABLE: settings.ledgerTable,
    TRUEUP_FINGERPRINT_SECRET: settings.fingerprintSecret,
    TRUEUP_SECRET_PREFIX: settings.secretPrefix,
    TRUEUP_ALLOWED_HOSTS: settings.allowedHosts,
    TRUEUP_QUEUE_URL: queueUrl,
    TRUEUP_EVENT_BUS: settings.eventBus ?? '',
    POWERTOOLS_SERVICE_NAME: 'local',
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_ENDPOINT_URL_DYNAMODB: endpoints.dynamodb?.endpoint ?? '',
    AWS_ENDPOINT_URL_SECRETS_MANAGER: endpoints.secretsManager?.endpoint ?? '',
    AWS_ENDPOINT_URL_SSM: endpoints.ssm?.endpoint ?? '',
    AWS_ENDPOINT_URL_SQS: endpoints.sqs?.endpoint ?? '',
    AWS_ENDPOINT_URL_EVENTBRIDGE: endpoints.events?.endpoint ?? '',
  };
}
