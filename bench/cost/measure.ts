import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { createObservability, logOf } from '../../functions/runtime/observability.ts';
import { createScheduled } from '../../functions/scheduled.ts';
import { wire } from '../../lib/wiring.ts';
import { lambdaContext } from '../../demo/world/lambda-context.ts';
import { TrueupStack } from '../../lib/infra/stack.ts';
import { countScenarios, type ScenarioCounts } from '../harness/scenarios.ts';
import { startBenchWorld } from '../world/world.ts';
import type { Measured } from './bill.ts';

/** Runs what the bill is made from: the scenarios of the counts, the log of a scheduled function, the template. */
export async function measureForBill(): Promise<Measured> {
  const counts = await countScenarios();
  const [small, large] = [counts['100 servers in sync'], counts['1,000 servers in sync']];
  const line = (of: (one: ScenarioCounts) => number) => (servers: number) => {
    const slope = (of(large) - of(small)) / 900;
    return Math.max(0, of(small) + slope * (servers - 100));
  };
  const [readUnits, writeUnits] = [
    line(({ dynamodb }) => dynamodb.readUnits),
    line(({ dynamodb }) => dynamodb.writeUnits),
  ];
  const two = await logOfConnections(2);
  const twelve = await logOfConnections(12);
  const ofPass = (twelve.bytes - two.bytes) / 10;
  return {
    pass: (servers) => ({
      readUnits: readUnits(servers),
      writeUnits: writeUnits(servers),
      secretCalls: (secrets) => Math.ceil(secrets / 100),
      listCalls: Math.ceil(servers / 100),
    }),
    change: unitsOf(counts['one of 100 servers, by a stream record']),
    rotation: unitsOf(counts['one of 100 secrets rotated, by its event']),
    logBytes: { pass: ofPass, invocation: Math.max(0, two.bytes - 2 * ofPass) },
    metrics: twelve.metrics,
    ...ofTemplate(),
    inlineShare: 20,
    atOnce: 10,
  };
}

function unitsOf({ calls, dynamodb }: ScenarioCounts): Measured['change'] {
  const { readUnits, writeUnits } = dynamodb;
  const secretCalls = Object.entries(calls)
    .filter(([name]) => name.includes('Secret'))
    .reduce((sum, [, count]) => sum + count, 0);
  return { readUnits, writeUnits, secretCalls };
}

/** Bytes that one invocation of the scheduled function logs, and how many metrics are in them. */
async function logOfConnections(connections: number) {
  const world = await startBenchWorld({ latencyMs: 0 });
  const written: string[] = [];
  const write = process.stdout.write.bind(process.stdout);
  try {
    for (let index = 0; index < connections; index += 1) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      await world.connect(`logged-${index}`, 20);
    }
    process.env['POWERTOOLS_SERVICE_NAME'] = 'trueup';
    const observability = createObservability();
    const wired = wire(world.settings(), logOf(observability.logger), {
      endpoints: world.endpoints,
    });
    // Nothing is beyond the share of so few.
    const deps = { ...wired, queue: { send: async () => undefined } };
    const handle = createScheduled(() => ({ deps, connectionsAtOnce: 10 }), observability);
    const context = lambdaContext('trueup-scheduled', () => 300_000);
    process.stdout.write = (chunk: string | Uint8Array) => {
      written.push(String(chunk));
      return true;
    };
    await handle({}, context);
    // The first reads keys and credentials.
    written.length = 0;
    await handle({}, context);
  } finally {
    process.stdout.write = write;
    await world.close();
  }
  const text = written.join('');
  const names = new Set([...text.matchAll(/"Name":"(\w+)"/g)].map(([, name]) => name));
  if (names.size === 0) throw new Error('no metrics were found in the log');
  return { bytes: Buffer.byteLength(text), metrics: names.size };
}

function ofTemplate() {
  const app = new App({ context: { 'aws:cdk:bundling-stacks': [] } });
  const stack = new TrueupStack(app, 'Trueup', {
    trueup: { allowedHosts: { barndoor: ['acme.platform.barndoor.ai'] } },
  });
  const template = Template.fromStack(stack);
  const count = (type: string) => Object.keys(template.findResources(type)).length;
  const functions = Object.values(template.findResources('AWS::Lambda::Function'));
  const memories = functions.map(
    (one) => (one as { Properties: { MemorySize?: number } }).Properties.MemorySize ?? 128,
  );
  return {
    alarms: count('AWS::CloudWatch::Alarm') + count('AWS::CloudWatch::CompositeAlarm'),
    dashboards: count('AWS::CloudWatch::Dashboard'),
    memoryGb: Math.max(...memories) / 1024,
  };
}
