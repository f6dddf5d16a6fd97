/** A list price in US dollars. */
export interface Price {
  readonly usd: number;
  /** Of so many units. */
  readonly per: number;
  /** Where it is published. */
  readonly page: string;
  /** Whether a copy of that page showed this very price; otherwise it comes from other sites. */
  readonly isVerified: boolean;
}

export type PriceName =
  | 'secret'
  | 'secretCall'
  | 'parameterCall'
  | 'kmsRequest'
  | 'trailEvent'
  | 'natHour'
  | 'natGb'
  | 'lambdaRequest'
  | 'lambdaGbSecond'
  | 'readUnit'
  | 'writeUnit'
  | 'streamRead'
  | 'logGb'
  | 'metric'
  | 'alarm'
  | 'dashboard'
  | 'event'
  | 'schedule'
  | 'queueRequest';

export type Prices = Readonly<Record<PriceName, Price>>;

/** On which day copies of the pages were looked at. Without free tiers and discounts by volume. */
export const pricesAt = '2026-11-29';

const verified = (page: string, usd: number, per = 1): Price => ({
  usd,
  per,
  page,
  isVerified: true,
});
const unverified = (page: string, usd: number, per = 1): Price => ({
  usd,
  per,
  page,
  isVerified: false,
});
const million = 1_000_000;

const secrets = 'https://aws.amazon.com/secrets-manager/pricing/';
const vpc = 'https://aws.amazon.com/vpc/pricing/';
const lambda = 'https://aws.amazon.com/lambda/pricing/';
const dynamodb = 'https://aws.amazon.com/dynamodb/pricing/on-demand/';
const cloudwatch = 'https://aws.amazon.com/cloudwatch/pricing/';
const eventbridge = 'https://aws.amazon.com/eventbridge/pricing/';
const guides = 'https://docs.aws.amazon.com';

/** List prices of us-east-1. */
export const prices: Prices = {
  secret: verified(secrets, 0.4),
  secretCall: verified(secrets, 0.05, 10_000),
  /** Standard parameters at standard throughput. */
  parameterCall: verified(
    `${guides}/systems-manager/latest/userguide/parameter-store-throughput.html`,
    0,
  ),
  kmsRequest: unverified('https://aws.amazon.com/kms/pricing/', 0.03, 10_000),
  /** Of every trail but the first. */
  trailEvent: verified('https://aws.amazon.com/cloudtrail/pricing/', 2, 100_000),
  natHour: verified(vpc, 0.045),
  natGb: verified(vpc, 0.045),
  lambdaRequest: verified(lambda, 0.2, million),
  lambdaGbSecond: unverified(lambda, 0.0000133334),
  readUnit: unverified(dynamodb, 0.125, million),
  writeUnit: unverified(dynamodb, 0.625, million),
  /** By a Lambda trigger. */
  streamRead: verified(
    `${guides}/amazondynamodb/latest/developerguide/CostOptimization_StreamsUsage.html`,
    0,
  ),
  logGb: unverified(cloudwatch, 0.5),
  metric: unverified(cloudwatch, 0.3),
  alarm: unverified(cloudwatch, 0.1),
  dashboard: unverified(cloudwatch, 3),
  event: unverified(eventbridge, 1, million),
  schedule: unverified(eventbridge, 1, million),
  queueRequest: unverified('https://aws.amazon.com/sqs/pricing/', 0.4, million),
};
