/** A process with DynamoDB's API and the two tables. */
import { createTables, startDynamoDb } from '../../lib/local/aws/dynamodb/dynamodb.ts';
import { meteredFront } from './metered-front.ts';
import { serve } from './protocol.ts';

const database = await startDynamoDb();
await createTables(database.endpoint, { desired: 'Desired', ledger: 'Ledger' });
const metered = await meteredFront(database.endpoint);

const handlers = {
  endpoint: () => database.endpoint,
  /** The same, slower, counting items and capacity. */
  meteredEndpoint: () => metered.endpoint,
  /** Calls since the last time. */
  calls: () => {
    const calls = { ...database.calls };
    for (const operation of Object.keys(database.calls)) delete database.calls[operation];
    return calls;
  },
  /** What went through the metered endpoint since the last time. */
  metered: () => metered.read(),
};

export type DynamoDbHandlers = typeof handlers;

serve(handlers);
