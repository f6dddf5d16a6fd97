import { Readable } from 'node:stream';
import fc from 'fast-check';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { strangeJson } from './strange.ts';

/** An attribute that no JSON value becomes: it stands in a plain value until that is written as an item. */
export class Raw {
  readonly attribute: unknown;

  constructor(attribute: unknown) {
    this.attribute = attribute;
  }
}

/** Values of attributes as any writer may store them. */
export const strangeValue: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 4, arbitrary: strangeJson },
  {
    weight: 2,
    arbitrary: fc
      .constantFrom<unknown>(
        { N: '12345678901234567890' },
        { N: '0.1234567890123456789012345678901234567' },
        { N: '1e125' },
        { N: '-0' },
        { N: '1.50' },
        { N: 'NaN' },
        { N: '' },
        { SS: ['a', 'b'] },
        { NS: ['1', '2'] },
        { BS: ['YQ=='] },
        { B: 'H4sIAAAAAAAAA6uuBQBDv6ajAgAAAA==' },
        { B: '' },
        { NULL: true },
        { NULL: false },
        { M: {} },
        { L: [] },
        { S: '' },
        {},
        { X: 'new type' },
      )
      .map((attribute) => new Raw(attribute)),
  },
);

/** A plain value in DynamoDB's own form, on the wire. */
export function wireForm(value: unknown): unknown {
  if (value instanceof Raw) return value.attribute;
  if (value === null || value === undefined) return { NULL: true };
  if (typeof value === 'string') return { S: value.toWellFormed() };
  if (typeof value === 'number') return { N: String(value) };
  if (typeof value === 'boolean') return { BOOL: value };
  if (value instanceof Uint8Array) return { B: Buffer.from(value).toString('base64') };
  if (value instanceof Set) return { SS: [...(value as Set<string>)] };
  if (Array.isArray(value)) return { L: value.map(wireForm) };
  return { M: wireItem(value) };
}

export function wireItem(value: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name, wireForm(member)]),
  );
}

/** A call as it comes to the wire. */
export interface WireCall {
  /** Such as `DynamoDB_20120810.Query`. */
  readonly target: string;
  readonly body: Uint8Array;
}

/** A client of DynamoDB whose calls are answered as the case says; the SDK's own serializers are at work. */
export function answeringDynamo() {
  const state = { answer: (_call: WireCall): unknown => ({}), status: 200 };
  const client = new DynamoDBClient({
    region: 'eu-central-1',
    credentials: { accessKeyId: 'none', secretAccessKey: 'none' },
    maxAttempts: 1,
    requestHandler: {
      handle: async ({ headers, body }: { headers: Record<string, string>; body: Uint8Array }) => ({
        response: {
          statusCode: state.status,
          headers: { 'content-type': 'application/x-amz-json-1.0' },
          body: Readable.from([
            Buffer.from(
              JSON.stringify(state.answer({ target: headers['x-amz-target'] ?? '', body })),
            ),
          ]),
        },
      }),
    },
  });
  return {
    client,
    answer: (make: (call: WireCall) => unknown, status = 200) => {
      state.answer = make;
      state.status = status;
    },
    close: async () => client.destroy(),
  };
}
