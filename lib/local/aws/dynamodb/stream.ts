import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { isRecord } from '../aws-json.ts';
import type { DynamoDbClient, RawAnswer } from './client.ts';

/** An attribute value in DynamoDB's JSON, `{ S: 'text' }`. */
export type AttributeMap = Record<string, Record<string, unknown>>;

/** One record in the form that Lambda passes to a function, for a stream with new and old images. */
export interface StreamRecord {
  readonly eventID: string;
  readonly eventName: 'INSERT' | 'MODIFY' | 'REMOVE';
  readonly eventVersion: '1.1';
  readonly eventSource: 'aws:dynamodb';
  readonly awsRegion: string;
  readonly eventSourceARN: string;
  readonly dynamodb: {
    /** Seconds since the epoch. */
    readonly ApproximateCreationDateTime: number;
    readonly Keys: AttributeMap;
    readonly NewImage?: AttributeMap;
    readonly OldImage?: AttributeMap;
    readonly SequenceNumber: string;
    readonly SizeBytes: number;
    readonly StreamViewType: 'NEW_AND_OLD_IMAGES';
  };
}

interface Table {
  readonly keys: readonly string[];
  readonly arn: string;
}

/** Turns writes into stream records by reading each item before and after, one write at a time. */
export interface StreamWatch {
  /** Runs the write; the records of what it changed go to `emit` before the answer is returned. */
  write(
    operation: string,
    input: Record<string, unknown>,
    run: () => Promise<RawAnswer>,
  ): Promise<RawAnswer>;
  /** Drops the cached key schemas, because a table was created or deleted. */
  forget(): void;
}

/** The operations that change items; DynamoDB's `Transact*` is unknown to the local server. */
export const writeOperations: ReadonlySet<string> = new Set([
  'PutItem',
  'UpdateItem',
  'DeleteItem',
  'BatchWriteItem',
]);

/** Watches the tables in `watched`. Writes to all of them are serialised, so sequence numbers are in order. */
export function streamWatch(
  client: DynamoDbClient,
  watched: ReadonlySet<string>,
  now: () => number,
  emit: (table: string, records: StreamRecord[]) => void,
): StreamWatch {
  const tables = new Map<string, Table>();
  let last: Promise<unknown> = Promise.resolve();
  let sequence = 0;

  async function describe(name: string): Promise<Table> {
    const known = tables.get(name);
    if (known) return known;
    const { Table: found } = await client.call('DescribeTable', { TableName: name });
    const { KeySchema, TableArn } = found as {
      KeySchema: { AttributeName: string }[];
      TableArn: string;
    };
    const table = { keys: KeySchema.map((key) => key.AttributeName), arn: TableArn };
    tables.set(name, table);
    return table;
  }

  const read = async (name: string, keys: readonly AttributeMap[]) =>
    Promise.all(
      keys.map(async (Key) => {
        const answer = await client.call('GetItem', { TableName: name, Key, ConsistentRead: true });
        return answer['Item'] as AttributeMap | undefined;
      }),
    );

  async function watchedWrite(
    operation: string,
    input: Record<string, unknown>,
    run: () => Promise<RawAnswer>,
  ): Promise<RawAnswer> {
    const before: {
      name: string;
      table: Table;
      keys: AttributeMap[];
      items: (AttributeMap | undefined)[];
    }[] = [];
    try {
      for (const [name, items] of itemsOf(operation, input)) {
        if (!watched.has(name)) continue;
        const table = await describe(name);
        const keys = items.map((item) => pick(item, table.keys));
        before.push({ name, table, keys, items: await read(name, keys) });
      }
    } catch {
      return run(); // DynamoDB refuses this request, and its answer says why
    }
    const answer = await run();
    if (answer.status !== 200) return answer;
    for (const { name, table, keys, items } of before) {
      const after = await read(name, keys);
      const records = keys.flatMap(
        (key, index) => record(table, key, items[index], after[index]) ?? [],
      );
      if (records.length > 0) emit(name, records);
    }
    return answer;
  }

  function record(
    table: Table,
    Keys: AttributeMap,
    OldImage: AttributeMap | undefined,
    NewImage: AttributeMap | undefined,
  ): StreamRecord | undefined {
    if (isDeepStrictEqual(withSortedSets(OldImage), withSortedSets(NewImage))) return undefined;
    const at = now();
    sequence += 1;
    const images = { Keys, ...(NewImage && { NewImage }), ...(OldImage && { OldImage }) };
    return {
      eventID: randomUUID().replaceAll('-', ''),
      eventName: OldImage ? (NewImage ? 'MODIFY' : 'REMOVE') : 'INSERT',
      eventVersion: '1.1',
      eventSource: 'aws:dynamodb',
      awsRegion: table.arn.split(':')[3] ?? 'us-east-1',
      eventSourceARN: `${table.arn}/stream/2026-01-01T00:00:00.000`,
      dynamodb: {
        ApproximateCreationDateTime: Math.floor(at / 1000),
        ...images,
        SequenceNumber: `${at}${String(sequence).padStart(8, '0')}`,
        SizeBytes: Buffer.byteLength(JSON.stringify(images)),
        StreamViewType: 'NEW_AND_OLD_IMAGES',
      },
    };
  }

  return {
    write: (operation, input, run) => {
      if (!itemsOf(operation, input).some(([name]) => watched.has(name))) return run();
      const result = last.then(() => watchedWrite(operation, input, run));
      last = result.catch(() => undefined);
      return result;
    },
    forget: () => tables.clear(),
  };
}

/** Table and items (or at least their keys) that a write names; empty for requests that are not writes. */
function itemsOf(operation: string, input: Record<string, unknown>): [string, AttributeMap[]][] {
  if (operation !== 'BatchWriteItem') {
    const item = operation === 'PutItem' ? input['Item'] : input['Key'];
    return [[String(input['TableName']), isRecord(item) ? [item as AttributeMap] : []]];
  }
  const requests = isRecord(input['RequestItems']) ? input['RequestItems'] : {};
  return Object.entries(requests).map(([name, writes]) => [
    name,
    (Array.isArray(writes) ? writes : []).flatMap(
      (write: Record<string, Record<string, AttributeMap>>) => {
        const item = write['PutRequest']?.['Item'] ?? write['DeleteRequest']?.['Key'];
        return item ? [item] : [];
      },
    ),
  ]);
}

function pick(item: AttributeMap, keys: readonly string[]): AttributeMap {
  return Object.fromEntries(keys.flatMap((key) => (item[key] ? [[key, item[key]]] : [])));
}

/** Sets have no order in DynamoDB: two items that differ only in that order are the same. */
function withSortedSets(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withSortedSets);
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) =>
      Array.isArray(inner) && ['SS', 'NS', 'BS'].includes(name)
        ? [name, inner.map(String).toSorted()]
        : [name, withSortedSets(inner)],
    ),
  );
}
