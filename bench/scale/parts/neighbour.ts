import type { DynamoDBRecord } from 'aws-lambda';
import { fleetId } from '../../world/fleet.ts';
import type { Neighbour } from '../results.types.ts';
import { spreadOf } from '../spread.ts';
import type { ProcessorTime } from '../virtual/process.ts';
import { deployed, withVirtualWorld } from '../virtual/run.ts';
import type { VirtualWorld } from '../virtual/world.ts';
import { fleetOf, forever, servedSince } from './sweep.ts';

const large = 'large';
/** As the stream's trigger hands them over. */
const recordsOfBatch = 100;

/**
 * All rows of one connection are written at once, when the schedule's event comes: the stream, the queue and the schedule
 * ask for it together. The same sweep without that comes first.
 */
export function neighbour(
  connections: number,
  workers: number,
  changed: number,
  processor: ProcessorTime,
): Promise<Neighbour> {
  const quiet = fleetOf(connections - 1);
  const fleet = [...quiet, { name: large, servers: changed }];
  return withVirtualWorld(fleet, async (world) => {
    const sweep = (isChanged: boolean) =>
      deployed(world, { workers, processor }, async ({ functions, ended, pass }) => {
        const from = world.now;
        if (isChanged) {
          world.rounds.set(large, 1);
          void stream(changed, (records) => functions.stream(records));
        }
        functions.schedule();
        const isDone = () => functions.running === 0 && world.queue.length === 0;
        await pass(forever, isDone);
        const served = servedSince(ended, from);
        const others = quiet.map(({ name }) => served.get(name) ?? Number.POSITIVE_INFINITY);
        const own = ended.filter(
          ({ result }) => result.kind === 'done' && result.report.connection === large,
        );
        return {
          others: spreadOf(others),
          own,
          knocks: ended.filter(({ result }) => result.kind === 'knocked').length,
          from,
        };
      });
    const without = await sweep(false);
    const beside = await sweep(true);
    const reports = beside.own.flatMap(({ at, result }) =>
      result.kind === 'done'
        ? [result.report, ...result.others].map((report) => ({ at, report }))
        : [],
    );
    const updates = reports.filter(({ report }) => report.counts.updated > 0);
    const puts = updates.reduce((sum, { report }) => sum + report.counts.updated, 0);
    assertAllSent(world, puts, changed);
    return {
      connections,
      workers,
      changed,
      without: without.others,
      beside: beside.others,
      seconds: ((updates.at(-1)?.at ?? Number.NaN) - beside.from) / 1000,
      passes: reports.length,
      knocks: beside.knocks,
      puts: world.calls['put'] ?? 0,
    };
  });
}

function assertAllSent(world: VirtualWorld, puts: number, changed: number): void {
  if (puts !== changed) throw new Error(`${puts} of ${changed} servers were updated`);
  for (let index = 0; index < changed; index += 1) {
    if (!world.gateway.isAsDeclared(large, index)) throw new Error(`server ${index} is not right`);
  }
}

/** The records of the rows, batch by batch, as one shard hands them over. */
async function stream(changed: number, hand: (records: DynamoDBRecord[]) => Promise<void>) {
  for (let from = 0; from < changed; from += recordsOfBatch) {
    const length = Math.min(recordsOfBatch, changed - from);
    const records = Array.from({ length }, (_, index) => recordOf(from + index));
    // oxlint-disable-next-line no-await-in-loop -- a shard's batches come one after the other
    await hand(records);
  }
}

function recordOf(index: number): DynamoDBRecord {
  const keys = { connection: { S: large }, item: { S: `server#${fleetId(index)}` } };
  return {
    eventName: 'MODIFY',
    dynamodb: {
      SequenceNumber: String(index + 1),
      Keys: keys,
      NewImage: { ...keys, x: { S: 'new' } },
      OldImage: { ...keys, x: { S: 'old' } },
    },
  };
}
