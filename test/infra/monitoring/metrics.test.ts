import { afterAll, afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import type { DynamoDBRecord, SQSRecord } from 'aws-lambda';
import { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { createObservability, measure } from '../../../functions/runtime/observability.ts';
import type { Observability } from '../../../functions/runtime/observability.ts';
import { createQueued } from '../../../functions/queued.ts';
import { createScheduled } from '../../../functions/scheduled.ts';
import { createStream } from '../../../functions/stream.ts';
import { lambdaContext } from '../../../demo/world/lambda-context.ts';
import { failureReasons } from '../../../lib/model/errors/failure-reason.ts';
import { outcomeCounts } from '../../../lib/model/outcome.ts';
import { TrueupReconciler } from '../../../lib/infra/reconciler.ts';
import { StoreError } from '../../../lib/model/errors/store-error.ts';
import { connection, startWorld } from '../../support/world.ts';
import type { TestWorld } from '../../support/world.ts';
import {
  allowedHosts,
  removeApps,
  resource,
  resources,
  template,
  unbundledApp,
} from '../synthesised.ts';

afterAll(removeApps);

/** `namespace name dimension=value`, as CloudWatch tells metrics apart. */
type Spelled = string;

const spelled = (namespace: string, name: string, dimensions: Record<string, unknown>): Spelled =>
  [
    namespace,
    name,
    ...Object.entries(dimensions).map(([key, value]) => `${key}=${String(value)}`),
  ].join(' ');

/** Trueup's metrics that a template's alarms read. */
function readByAlarms(from: Template): Spelled[] {
  return Object.values(resources(from))
    .filter(
      ({ Type, Properties }) => Type.endsWith('::Alarm') && Properties['Namespace'] === 'Trueup',
    )
    .map(({ Properties }) => {
      const list = Properties['Dimensions'] as { Name: string; Value: unknown }[];
      const dimensions = Object.fromEntries(list.map(({ Name, Value }) => [Name, Value]));
      return spelled('Trueup', String(Properties['MetricName']), dimensions);
    });
}

function dashboardMetrics(from: Template): unknown[][] {
  const { Properties } = resource(from, 'AWS::CloudWatch::Dashboard', 'Trueup');
  const { 'Fn::Join': join } = Properties['DashboardBody'] as { 'Fn::Join': [string, unknown[]] };
  const body = join[1].map((part) => (typeof part === 'string' ? part : 'token')).join(join[0]);
  const { widgets } = JSON.parse(body) as { widgets: { properties: { metrics?: unknown[][] } }[] };
  return widgets.flatMap(({ properties }) => properties.metrics ?? []);
}

/** The same of its dashboard. */
function readByDashboard(from: Template): Spelled[] {
  return dashboardMetrics(from)
    .filter(([namespace]) => namespace === 'Trueup')
    .map(([namespace, name, ...rest]) => {
      const texts = rest.filter((part) => typeof part === 'string');
      const pairs = texts.flatMap((key, at) => (at % 2 === 0 ? [[key, texts[at + 1]]] : []));
      return spelled(String(namespace), String(name), Object.fromEntries(pairs));
    });
}

interface Embedded {
  readonly [key: string]: unknown;
  readonly _aws: {
    readonly CloudWatchMetrics: readonly {
      readonly Namespace: string;
      readonly Dimensions: readonly (readonly string[])[];
      readonly Metrics: readonly { readonly Name: string }[];
    }[];
  };
}

/** What CloudWatch makes of a line of the log. */
function emittedIn(line: string): Spelled[] {
  const embedded = JSON.parse(line) as Embedded;
  return embedded['_aws'].CloudWatchMetrics.flatMap(({ Namespace, Dimensions, Metrics }) =>
    Dimensions.flatMap((keys) => {
      const dimensions = Object.fromEntries(keys.map((key) => [key, embedded[key]]));
      return Metrics.map(({ Name }) => spelled(Namespace, Name, dimensions));
    }),
  );
}

const serviceVariable = 'POWERTOOLS_SERVICE_NAME';
const context = lambdaContext('trueup', () => 300_000);

let world: TestWorld;

beforeEach(async () => {
  world = await startWorld();
  await world.declareConnection();
});

afterEach(async () => {
  delete process.env[serviceVariable];
  await world.close();
});

/** As Powertools finds it in a deployed function, with the lines that it would print. */
function observabilityOf(service: unknown): { loud: Observability; lines: string[] } {
  process.env[serviceVariable] = String(service);
  const loud = createObservability();
  const lines: string[] = [];
  const keep = (text: unknown) => void lines.push(String(text));
  Object.assign(loud.metrics, { console: { log: keep, info: keep, warn: keep, error: keep } });
  return { loud, lines };
}

/** Everything that functions of this name emit: passes that went well and badly, poison, a queue that fails. */
async function emittedBy(service: unknown): Promise<Spelled[]> {
  const { loud, lines } = observabilityOf(service);
  const { deps } = world;
  const denied = () => Promise.reject(new StoreError('store-denied', 'not for you'));
  const broken = {
    ...deps,
    ledger: { ...deps.ledger, read: denied },
    queue: { send: denied },
  };
  await createScheduled(() => ({ deps, connectionsAtOnce: 1 }), loud)({}, context);
  await createScheduled(() => ({ deps: broken, connectionsAtOnce: 1 }), loud)({}, context);
  const keys = { connection: { S: connection }, item: { S: 'connection' } };
  const records = [
    { eventName: 'INSERT', dynamodb: { SequenceNumber: '1', Keys: keys } },
    { eventName: 'INSERT', dynamodb: { SequenceNumber: '2', Keys: {} } },
  ] as DynamoDBRecord[];
  await createStream(() => broken, loud)({ Records: records }, context);
  const asked = {
    version: 1,
    connection,
    reason: 'continuation',
    dueAt: '2099-01-01T00:00:00Z',
    hops: 1,
  };
  const messages = ['poison', JSON.stringify(asked)].map(
    (body, index) => ({ messageId: String(index), body, attributes: {} }) as SQSRecord,
  );
  await createQueued(() => deps, loud)({ Records: messages }, context);
  measure(loud.metrics, {
    pass: 'p',
    trigger: 'schedule',
    connection,
    scope: 'all',
    startedAt: '2026-11-22T12:00:00.000Z',
    durationMs: 1,
    servers: 0,
    counts: outcomeCounts(['created', 'deleted', 'unsure']),
    vendorCalls: { list: 1, get: 0, put: 0, create: 1, delete: 1 },
    unsureSince: '2026-11-22T11:00:00.000Z',
    secretsDecrypted: 0,
    credentialsDecrypted: 0,
    state: 'ok',
    failures: Object.fromEntries(failureReasons.map((reason) => [reason, 1])),
    details: [],
  });
  loud.metrics.publishStoredMetrics();
  return lines.flatMap(emittedIn);
}

const unique = (list: readonly Spelled[]) => [...new Set(list)].toSorted();

const serviceOf = (from: Template, id = 'TrueupQueued') => {
  const { Properties } = resource(from, 'AWS::Lambda::Function', id);
  const { Variables } = Properties['Environment'] as { Variables: Record<string, unknown> };
  return Variables[serviceVariable];
};

describe('the metrics', () => {
  test('that the functions emit are those that dashboard and alarms read, by name and dimension', async () => {
    const stack = template();
    const read = [...readByDashboard(stack), ...readByAlarms(stack)];
    const emitted = unique(await emittedBy(serviceOf(stack)));
    expect(emitted).toEqual(unique(read));
    expect(emitted).toContain('Trueup FailuresStore service=Test');
    expect(emitted.every((metric) => metric.split(' ').length === 3)).toBe(true);
  });

  test('have the connection in no dimension', async () => {
    expect(JSON.stringify(await emittedBy('Test'))).not.toContain(connection);
  });

  test('of AWS, and counts by code from the logs, stand beside them on the dashboard', () => {
    const { Properties } = resource(template(), 'AWS::CloudWatch::Dashboard', 'Trueup');
    const body = JSON.stringify(Properties['DashboardBody']);
    for (const text of [
      'IteratorAge',
      'ApproximateAgeOfOldestMessage',
      'Errors',
      "filter message = 'pass ended early'",
      "filter message = 'pass failed'",
    ]) {
      expect(body).toContain(text);
    }
  });

  test('are no more on the dashboard than CloudWatch’s free tier knows: fifty, those of AWS included', () => {
    expect(dashboardMetrics(template()).length).toBeLessThanOrEqual(50);
  });

  test('of each stack, and of each construct in one, have a name of their own', () => {
    const app = unbundledApp();
    const services = ['Production', 'Test']
      .map((name) => {
        const stack = new Stack(app, name);
        const second = { allowedHosts, outputPrefix: 'Second' };
        const reconciler = new TrueupReconciler(stack, 'Trueup', { allowedHosts });
        return { reconciler, another: new TrueupReconciler(stack, 'Second', second) };
      })
      .map(({ reconciler }) => Template.fromStack(Stack.of(reconciler)))
      .flatMap((from) => [serviceOf(from), serviceOf(from, 'SecondQueued')]);
    expect(services).toEqual(['Production', 'Production/Second', 'Test', 'Test/Second']);
  });

  test('of an idle fleet, and the alarms, are as many as docs/cost.md counts', async () => {
    const { loud, lines } = observabilityOf('Test');
    await createScheduled(() => ({ deps: world.deps, connectionsAtOnce: 1 }), loud)({}, context);
    const alarms = Object.values(resources(template())).filter(({ Type }) =>
      Type.endsWith('::Alarm'),
    );
    const page = readFileSync('docs/cost.md', 'utf8');
    const counted = (what: string) => {
      const [, count] =
        new RegExp(`^\\| CloudWatch: ${what} +\\| +(\\d+) \\|`, 'm').exec(page) ?? [];
      return Number(count);
    };
    expect(counted('metrics')).toBe(unique(lines.flatMap(emittedIn)).length);
    expect(counted('alarms')).toBe(alarms.length);
  });

  test('are told what there is: ages in seconds, and only the reasons that there were', async () => {
    const { loud, lines } = observabilityOf('Test');
    const handle = createScheduled(() => ({ deps: world.deps, connectionsAtOnce: 1 }), loud);
    const id = '00000000-0000-4000-8000-000000000009';
    await world.declare({ id, spec: { name: 'Nobody' } });
    const before = world.clock.now();
    await handle({}, context);
    world.clock.advance(120_000);
    await handle({}, context);
    const [first, second] = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(first).toMatchObject({ ServersMissing: 1, FailuresMissing: 1, DriftAge: 0 });
    expect(first).not.toHaveProperty('FailuresStore');
    expect(second?.['FailingAge']).toBeGreaterThanOrEqual(120);
    expect(second?.['FailingAge']).toBeLessThanOrEqual((world.clock.now() - before) / 1000);
  });
});
