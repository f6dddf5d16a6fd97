import type { DynamoDBRecord } from 'aws-lambda';
import { quietObservability } from '../functions/runtime/observability.ts';
import { createStream } from '../functions/stream.ts';
import { lambdaContext } from '../demo/world/lambda-context.ts';
import type { PassResult } from '../lib/pass/request.types.ts';
import type { Dependencies } from '../lib/pass/dependencies.types.ts';
import { alternate, medianOf } from './harness/alternate.ts';
import { floorCalls } from './harness/floor.ts';
import { main } from './harness/main.ts';
import { guardCalls, rowToPut, rowToPutTarget, unavoidableCalls } from './harness/row-to-put.ts';
import { callsText, countMeasure, ratioMeasure, type Section } from './harness/section.ts';
import { fleetId, fleetServer } from './world/fleet.ts';
import { redeclare } from './world/redeclare.ts';
import { startBenchWorld } from './world/world.ts';

const servers = 100;
const connection = 'stream';
const id = fleetId(0);

const record = {
  eventName: 'MODIFY',
  dynamodb: {
    SequenceNumber: '1',
    Keys: { connection: { S: connection }, item: { S: `server#${id}` } },
    NewImage: { connection: { S: connection }, item: { S: `server#${id}` }, x: { S: 'new' } },
    OldImage: { connection: { S: connection }, item: { S: `server#${id}` }, x: { S: 'old' } },
  },
} satisfies DynamoDBRecord;

async function run(): Promise<Section> {
  const world = await startBenchWorld();
  try {
    await world.connect(connection, servers);
    const wired = world.wired();
    const calls = floorCalls(world);
    const results: PassResult[] = [];
    const written: number[] = [];
    let declared = 0;
    const deps: Dependencies = {
      ...wired,
      ledger: {
        ...wired.ledger,
        writeServer: async (name, server) => {
          const next = await wired.ledger.writeServer(name, server);
          written.push(performance.now());
          return next;
        },
      },
    };
    const toLedger: number[] = [];
    const seen = (result: PassResult) => void results.push(result);
    const handle = createStream(() => deps, quietObservability(), seen);
    const { name = '' } = fleetServer(connection, 0).spec;
    const { median, last } = await alternate(
      25,
      {
        ours: async () => {
          const start = performance.now();
          await handle(
            { Records: [record] },
            lambdaContext('trueup-stream', () => 300_000),
          );
          const result = results.pop();
          if (result?.kind !== 'done' || result.report.counts.updated !== 1) {
            throw new Error(JSON.stringify(result));
          }
          toLedger.push((written.pop() ?? Number.NaN) - start);
        },
        floor: async () => {
          await calls.acquire(connection);
          await Promise.all([
            calls.get('Desired', connection, `server#${id}`),
            calls.get('Ledger', connection, `server#${id}`),
            calls.read(connection, id),
          ]);
          await calls.put(connection, id, { name });
          await calls.write(connection, id);
        },
      },
      {
        before: async () => {
          declared += 1;
          await redeclare(world, connection, [fleetServer(connection, 0, declared)], declared + 1);
          await world.calls();
        },
        after: world.calls,
      },
    );
    const toPut = await rowToPut(world, 'row-to-put');
    return {
      title: 'A stream record to its PUT, one server',
      floor:
        'The baseline takes the lease, reads desired, ledger and live at the same time, sends the PUT and writes the ledger. For Trueup, the time is measured to the same write, for a row that was changed. The whole function also writes history and report, and releases the lease.',
      measures: [
        ratioMeasure(
          'wall time to the write to the ledger',
          medianOf(toLedger.slice(1)) / median.floor.wallMs,
          1.2,
        ),
        {
          what: 'wall time of the whole function',
          value: `${(median.ours.wallMs / median.floor.wallMs).toFixed(2)} ×`,
        },
        ratioMeasure("calls to the PUT, less the guard's", toPut.ratio, rowToPutTarget),
        { what: 'unavoidable calls to the PUT', value: callsText(unavoidableCalls) },
        { what: 'what the guard may add to them', value: callsText(guardCalls) },
        { what: 'calls to the PUT', value: callsText(toPut.calls) },
        countMeasure('PUTs', last.ours['put'] ?? 0, 1),
        countMeasure('GETs', last.ours['get'] ?? 0, 1),
        countMeasure('list calls', last.ours['list'] ?? 0, 0),
        { what: 'calls', value: callsText(last.ours) },
        { what: 'calls of the baseline', value: callsText(last.floor) },
      ],
    };
  } finally {
    await world.close();
  }
}

await main(run);
