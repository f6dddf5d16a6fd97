/** A list price in US dollars. */
export interface Price {
  readonly usd: number;
  /** Of so many units. */
  readonly per: number;
  /** Where it was read; absent: from memory, not confirmed. */
  readonly source?: string;
}

/** On which day the sources were looked at. Without free tiers and discounts by volume. */
export const pricesAt = '2026-11-22';

/** List prices of us-east-1, as copies of these pages have them. */
export const prices = {
  lambdaRequest: {
    usd: 0.2,
    per: 1_000_000,
    source: 'https://git.mcrn.ar/mariano/lambda_local_runner (lambda-13-cost.md)',
  },
  lambdaGbSecond: {
    usd: 0.0000133334,
    per: 1,
    source: 'https://cloudchipr.com/blog/aws-lambda-pricing',
  },
  readUnit: {
    usd: 0.125,
    per: 1_000_000,
    source: 'https://airbyte.com/data-engineering-resources/dynamodb-pricing',
  },
  writeUnit: {
    usd: 0.625,
    per: 1_000_000,
    source: 'https://airbyte.com/data-engineering-resources/dynamodb-pricing',
  },
  secret: {
    usd: 0.4,
    per: 1,
    source: 'https://github.com/api-evangelist/amazon-secrets-manager (plans/, of 2026-09-20)',
  },
  secretCall: {
    usd: 0.05,
    per: 10_000,
    source: 'https://github.com/api-evangelist/amazon-secrets-manager (plans/, of 2026-09-20)',
  },
  logGb: {
    usd: 0.5,
    per: 1,
    source:
      'https://www.factualminds.com/blog/amazon-cloudwatch-pricing-metrics-logs-alarms-dashboards/',
  },
  metric: { usd: 0.3, per: 1, source: 'https://signoz.io/guides/cloudwatch-pricing' },
  alarm: {
    usd: 0.1,
    per: 1,
    source: 'https://c3x.dev/resources/aws/aws_cloudwatch_metric_alarm',
  },
  dashboard: {
    usd: 3,
    per: 1,
    source:
      'https://www.factualminds.com/blog/amazon-cloudwatch-pricing-metrics-logs-alarms-dashboards/',
  },
  event: {
    usd: 1,
    per: 1_000_000,
    source: 'https://cloudburn.io/blog/amazon-eventbridge-pricing',
  },
  schedule: {
    usd: 1,
    per: 1_000_000,
    source: 'https://cloudburn.io/blog/amazon-eventbridge-pricing',
  },
  queueRequest: {
    usd: 0.4,
    per: 1_000_000,
    source:
      'https://adhdecode-articles-4.pages.dev/articles/sqs/sqs-cost-per-million-messages-pricing',
  },
  /** Reads of a stream by a Lambda trigger. */
  streamRead: {
    usd: 0,
    per: 1,
    source:
      'https://docs.amazonaws.cn/en_us/amazondynamodb/latest/developerguide/CostOptimization_StreamsUsage.html',
  },
} as const satisfies Readonly<Record<string, Price>>;

export type PriceName = keyof typeof prices;
