import type { DynamoDBRecord, SQSRecord } from 'aws-lambda';
import { lambdaContext } from '../../demo/world/lambda-context.ts';
import { quietObservability } from '../../functions/runtime/observability.ts';
import { createQueued } from '../../functions/queued.ts';
import type { Seen } from '../../functions/runtime/run-pass.ts';
import { createStream } from '../../functions/stream.ts';
import type { Outcome } from '../../lib/model/outcome.ts';
import type { Dependencies } from '../../lib/pass/dependencies.types.ts';
import { fleetId, secretName } from '../world/fleet.ts';

type Counts = Readonly<Record<Outcome, number>>;

const context = (name: string) => lambdaContext(`trueup-${name}`, () => 300_000);

/** The outcomes of the pass that an invocation makes; undefined if it makes none. */
async function countsOf(invoke: (seen: Seen) => Promise<unknown>): Promise<Counts | undefined> {
  let counts: Counts | undefined;
  await invoke((result) => {
    if (result.kind === 'done') ({ counts } = result.report);
  });
  return counts;
}

/** The stream function, on a record of a connection's first server. */
export function streamedCounts(deps: Dependencies, connection: string) {
  const keys = { connection: { S: connection }, item: { S: `server#${fleetId(0)}` } };
  const record: DynamoDBRecord = {
    eventName: 'MODIFY',
    dynamodb: {
      SequenceNumber: '1',
      Keys: keys,
      NewImage: { ...keys, x: { S: 'new' } },
      OldImage: { ...keys, x: { S: 'old' } },
    },
  };
  return countsOf((seen) =>
    createStream(() => deps, quietObservability(), seen)({ Records: [record] }, context('stream')),
  );
}

/** The queue's function, on the event of a connection's first secret, whose value was rotated. */
export function rotatedCounts(deps: Dependencies, connection: string) {
  const body = JSON.stringify({
    source: 'aws.secretsmanager',
    'detail-type': 'Secret Label Updated',
    detail: { name: secretName(connection, 0), labelUpdated: 'AWSCURRENT' },
  });
  const record = { messageId: 'rotation', body } as SQSRecord;
  return countsOf((seen) =>
    createQueued(() => deps, quietObservability(), seen)({ Records: [record] }, context('queued')),
  );
}
