import { startLoopbackServer } from '../../lib/local/loopback-server.ts';

/** Items and capacity, as DynamoDB bills them on demand. */
export interface Metered {
  readonly itemsRead: number;
  readonly itemsWritten: number;
  readonly readUnits: number;
  readonly writeUnits: number;
}

interface Answer {
  readonly ConsumedCapacity?: Consumed | readonly Consumed[];
  readonly Count?: number;
  readonly Item?: object;
  readonly Responses?: Readonly<Record<string, readonly object[]>>;
}

interface Consumed {
  readonly CapacityUnits: number;
}

const none: Metered = { itemsRead: 0, itemsWritten: 0, readUnits: 0, writeUnits: 0 };

/** Asks the database what each call consumed, and adds it up. */
export async function meteredFront(endpoint: string) {
  let sum = { ...none };
  const front = await startLoopbackServer(async ({ headers, text }) => {
    const target = String(headers['x-amz-target'] ?? '').split('.')[1] ?? '';
    const body = JSON.parse(text) as object;
    const response = await fetch(endpoint, {
      method: 'POST',
      headers: {
        'x-amz-target': String(headers['x-amz-target']),
        'content-type': 'application/x-amz-json-1.0',
        'x-amz-date': String(headers['x-amz-date']),
        authorization: String(headers['authorization']),
      },
      body: JSON.stringify({ ...body, ReturnConsumedCapacity: 'TOTAL' }),
    });
    const answered = await response.text();
    const answer = JSON.parse(answered) as Answer;
    const units = [answer.ConsumedCapacity ?? []]
      .flat()
      .reduce((total, { CapacityUnits }: Consumed) => total + CapacityUnits, 0);
    const isWrite = /^(Put|Update|Delete|BatchWrite)/.test(target);
    const items = isWrite ? Number(response.ok) : itemsOf(answer);
    sum = isWrite
      ? { ...sum, itemsWritten: sum.itemsWritten + items, writeUnits: sum.writeUnits + units }
      : { ...sum, itemsRead: sum.itemsRead + items, readUnits: sum.readUnits + units };
    return {
      status: response.status,
      headers: { 'content-type': 'application/x-amz-json-1.0' },
      body: answered,
    };
  });
  return {
    endpoint: front.url,
    read: (): Metered => {
      const read = sum;
      sum = { ...none };
      return read;
    },
    close: () => front.close(),
  };
}

function itemsOf({ Count: count, Item: item, Responses: responses }: Answer): number {
  if (count !== undefined) return count;
  if (responses) return Object.values(responses).flat().length;
  return item ? 1 : 0;
}
