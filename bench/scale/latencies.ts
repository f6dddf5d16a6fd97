/** How long a call takes, and how it is known. */
export interface Latency {
  /** Milliseconds: the median, and what 99 of 100 calls stay below. */
  readonly median: number;
  readonly p99: number;
  readonly basis: 'assumed' | 'published';
  readonly from: string;
}

const blog = 'https://aws.amazon.com/blogs/database/understanding-amazon-dynamodb-latency/';

/** From a function to what it calls, in the same region. Nothing here was tried on AWS itself. */
export const latencies = {
  read: {
    median: 5,
    p99: 20,
    basis: 'published',
    from: `DynamoDB, single-digit milliseconds (${blog}); the median is taken from the middle of that, the p99 is assumed`,
  },
  write: {
    median: 8,
    p99: 30,
    basis: 'published',
    from: `DynamoDB, the same`,
  },
  secrets: {
    median: 40,
    p99: 200,
    basis: 'assumed',
    from: 'Secrets Manager: no published figure was found',
  },
  queue: {
    median: 15,
    p99: 80,
    basis: 'assumed',
    from: 'SQS: no published figure was found',
  },
  gateway: {
    median: 200,
    p99: 1_000,
    basis: 'assumed',
    from: 'a hosted gateway; the median is the one that the bill assumes ([cost.md](cost.md))',
  },
} as const satisfies Readonly<Record<string, Latency>>;

export type Place = keyof typeof latencies;

/** What of Lambda and its queue trigger is modelled. */
export const lambda = {
  coldStart: {
    ms: 1_000,
    basis: 'assumed',
    from: 'a new process: runtime, import and the first calls of the SDK',
  },
  ramp: {
    first: 5,
    perMinute: 300,
    basis: 'published',
    from: 'https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html',
  },
  /** Memory at which a function has one whole processor. */
  wholeProcessorMb: {
    mb: 1_769,
    basis: 'published',
    from: 'https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html',
  },
} as const;

/** The operation's place; of the gateway, if it is none of AWS. */
export const placeOf: Readonly<Record<string, Place>> = {
  Query: 'read',
  GetItem: 'read',
  BatchGetItem: 'read',
  Scan: 'read',
  PutItem: 'write',
  DeleteItem: 'write',
  ListSecrets: 'secrets',
  DescribeSecret: 'secrets',
  GetSecretValue: 'secrets',
  BatchGetSecretValue: 'secrets',
  SendMessageBatch: 'queue',
  ReceiveMessage: 'queue',
  DeleteMessage: 'queue',
  ChangeMessageVisibility: 'queue',
  PutEvents: 'queue',
};

/** How far from the median the p99 of a normal distribution is, in standard deviations. */
const z99 = 2.326;

/** Milliseconds that a call takes: log-normal, with the median and p99 of its place. */
export function latencyOf(operation: string, random: () => number): number {
  const { median, p99 } = latencies[placeOf[operation] ?? 'gateway'];
  const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return median * Math.exp((normal * Math.log(p99 / median)) / z99);
}
