/** A default quota of AWS, for an account in a region. */
export interface Quota {
  readonly limit: number;
  readonly page: string;
  /** Whether a copy of a page of AWS showed it; otherwise it comes from other sites. */
  readonly isVerified: boolean;
  /** Whether AWS raises it. */
  readonly isAdjustable: boolean;
}

const guides = 'https://docs.aws.amazon.com';
const secrets = `${guides}/secretsmanager/latest/userguide/reference_limits.html`;

const fixed = (limit: number, page: string): Quota => ({
  limit,
  page,
  isVerified: true,
  isAdjustable: false,
});
const adjustable = (limit: number, page: string): Quota => ({
  ...fixed(limit, page),
  isAdjustable: true,
});
const unverified = (quota: Quota): Quota => ({ ...quota, isVerified: false });

/** On which day copies of the pages were looked at. */
export const quotasAt = '2026-11-29';

export const quotas = {
  listSecrets: fixed(100, secrets),
  batchGetSecretValue: fixed(100, secrets),
  secretsInAll: unverified(fixed(500_000, secrets)),
  getParameter: unverified(adjustable(40, `${guides}/general/latest/gr/ssm.html`)),
  lambdaConcurrency: unverified(
    adjustable(1_000, `${guides}/lambda/latest/dg/gettingstarted-limits.html`),
  ),
  triggerConcurrency: fixed(1_000, `${guides}/lambda/latest/dg/services-sqs-scaling.html`),
  newTableReads: adjustable(
    12_000,
    'https://repost.aws/knowledge-center/on-demand-table-throttling-dynamodb',
  ),
  newTableWrites: adjustable(
    4_000,
    'https://repost.aws/knowledge-center/on-demand-table-throttling-dynamodb',
  ),
  partitionReads: fixed(
    3_000,
    'https://repost.aws/knowledge-center/on-demand-table-throttling-dynamodb',
  ),
  partitionWrites: fixed(
    1_000,
    'https://repost.aws/knowledge-center/on-demand-table-throttling-dynamodb',
  ),
  messagesInFlight: unverified(
    fixed(120_000, `${guides}/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html`),
  ),
  kms: unverified(
    adjustable(5_500, `${guides}/kms/latest/developerguide/requests-per-second.html`),
  ),
  putLogEvents: unverified(
    adjustable(5_000, `${guides}/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html`),
  ),
} as const satisfies Readonly<Record<string, Quota>>;

export type QuotaName = keyof typeof quotas;
