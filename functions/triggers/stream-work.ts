import { isDeepStrictEqual } from 'node:util';
import type { DynamoDBRecord, StreamRecord } from 'aws-lambda';
import { namedAtMost } from '../../lib/model/names/named-servers.ts';
import { connectionNameSchema } from '../../lib/model/names/connection-name.ts';
import { rowIdIn } from '../../lib/model/names/server-key.ts';

/** The work of a batch for one connection. */
export interface ConnectionWork {
  readonly connection: string;
  /** Ids of at most ten servers; absent means the whole connection. */
  readonly servers?: readonly string[];
  /** Sequence numbers of the records for this work, which fail if it can neither be done nor sent. */
  readonly sequenceNumbers: readonly string[];
}

/** A record that cannot be understood. It is acknowledged, because retries would block its shard for a day. */
export interface PoisonRecord {
  readonly sequenceNumber: string;
  readonly why: string;
}

/** The work of a batch of the stream of `Desired`. */
export interface StreamWork {
  readonly work: readonly ConnectionWork[];
  readonly poison: readonly PoisonRecord[];
}

type Touch =
  | { readonly kind: 'server'; readonly connection: string; readonly id: string }
  | { readonly kind: 'connection'; readonly connection: string }
  | { readonly kind: 'nothing' }
  | { readonly kind: 'poison'; readonly why: string };

/**
 * Groups records by connection, in the order of the batch.
 *
 * | record                                   | touches |
 * |------------------------------------------|---------|
 * | `server#<id>`, written or removed        | that server |
 * | `connection`, written or removed         | the whole connection |
 * | a MODIFY whose images are equal          | nothing |
 * | keys that are not those of a row         | nothing: poison |
 *
 * An invalid row is treated like any other: the pass records it as invalid.
 */
export function streamWork(records: readonly Partial<DynamoDBRecord>[]): StreamWork {
  const groups = new Map<string, Group>();
  const poison: PoisonRecord[] = [];
  for (const { dynamodb, eventName } of records) {
    const change = Object(dynamodb) as StreamRecord;
    const { SequenceNumber: number } = change;
    const sequenceNumber = typeof number === 'string' ? number : '';
    const touch = touchOf(eventName, change);
    if (touch.kind === 'poison') poison.push({ sequenceNumber, why: touch.why });
    if (touch.kind === 'poison' || touch.kind === 'nothing') continue;
    const group = groups.get(touch.connection) ?? newGroup();
    groups.set(touch.connection, group);
    group.sequenceNumbers.push(sequenceNumber);
    if (touch.kind === 'connection') group.whole = true;
    else group.servers.add(touch.id);
  }
  return { work: [...groups].map(([connection, group]) => workOf(connection, group)), poison };
}

interface Group {
  readonly servers: Set<string>;
  readonly sequenceNumbers: string[];
  whole: boolean;
}

const newGroup = (): Group => ({ servers: new Set(), sequenceNumbers: [], whole: false });

function workOf(connection: string, { servers, sequenceNumbers, whole }: Group): ConnectionWork {
  const named = !whole && servers.size <= namedAtMost;
  return { connection, ...(named && { servers: [...servers] }), sequenceNumbers };
}

function touchOf(eventName: DynamoDBRecord['eventName'], change: StreamRecord): Touch {
  const { Keys: keys, NewImage: after, OldImage: before } = change;
  const connection: unknown = keys?.['connection']?.S;
  const item: unknown = keys?.['item']?.S;
  if (typeof connection !== 'string' || typeof item !== 'string') {
    return { kind: 'poison', why: "its keys are not the texts 'connection' and 'item'" };
  }
  if (!connectionNameSchema.safeParse(connection).success) {
    return { kind: 'poison', why: 'its connection is not a valid connection name' };
  }
  const id = rowIdIn(item);
  if (!id && item !== 'connection') {
    return {
      kind: 'poison',
      why: "its item is neither 'connection', 'server#<id>' nor 'new#<label>'",
    };
  }
  if (eventName === 'MODIFY' && after && isDeepStrictEqual(before, after)) {
    return { kind: 'nothing' };
  }
  return id ? { kind: 'server', connection, id } : { kind: 'connection', connection };
}
