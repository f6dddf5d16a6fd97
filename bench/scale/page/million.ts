import { quotas, type QuotaName } from './quotas.ts';
import type { FleetBill, Results, Sweep } from '../results.types.ts';

/** What a fleet asks of one quota. */
export interface Need {
  readonly what: string;
  readonly quota: QuotaName;
  /** In the quota's unit: calls or units a second, or a number. */
  readonly need: number;
  readonly share: number;
  readonly basis: string;
  /** What moves it. */
  readonly setting: string;
  /** Only with this. */
  readonly onlyWith?: string;
}

/** A fleet of a million servers, carried over from what was measured. */
export interface Million {
  readonly connections: number;
  readonly servers: number;
  readonly passesASecond: number;
  /** Seconds of a worker for one pass. */
  readonly workerSeconds: number;
  /** So many that a sweep ends within the interval, a fifth of them idle. */
  readonly workers: number;
  /** Highest share first. */
  readonly needs: readonly Need[];
  readonly bills: readonly FleetBill[];
}

/** Of the workers, how many may be busy on average. */
const busyShare = 0.8;

/** What a worker takes for a message, besides the pass: its receive, and the read whether it was overtaken. */
const besides = ({ calls }: Sweep) => ((calls['ReceiveMessage'] ?? 0) > 0 ? 0.03 : 0);

/** Carries a sweep's calls to a fleet of the same servers a connection. */
export function millionOf(
  connections: number,
  servers: number,
  sweep: Sweep,
  bills: readonly FleetBill[],
): Million {
  const own = bills.filter((bill) => bill.connections === connections && bill.servers === servers);
  const [shared, each] = (['shared', 'each'] as const).map((kind) =>
    own.find(({ secrets }) => secrets === kind),
  );
  if (!shared || !each) throw new Error(`there is no bill of ${connections} x ${servers}`);
  const interval = shared.everyMinutes * 60;
  const passesASecond = connections / interval;
  const workerSeconds = sweep.pass.p50 + besides(sweep);
  const workers = Math.max(2, Math.ceil((passesASecond * workerSeconds) / busyShare));
  const a = (operation: string) => (sweep.calls[operation] ?? 0) * passesASecond;
  const monthSeconds = 30 * 24 * 3600;
  const counted = 'computed from counted calls';
  const spread =
    '`schedule`: twice the interval is half the rate; or a second deployment in another region or account';
  const needs: Omit<Need, 'share'>[] = [
    {
      what: 'Secrets Manager, ListSecrets, a second',
      quota: 'listSecrets',
      need: a('ListSecrets'),
      basis: counted,
      setting: spread,
    },
    {
      what: 'Secrets Manager, BatchGetSecretValue, a second: credentials, while processes are new',
      quota: 'batchGetSecretValue',
      need: a('BatchGetSecretValue'),
      basis: counted,
      setting: `fewer workers: each then knows more connections; ${spread}`,
    },
    {
      what: 'Secrets in a region, with a shared secret for the servers of a connection',
      quota: 'secretsInAll',
      need: shared.secretsInAll,
      basis: 'computed',
      setting: 'one secret for the servers of a connection and its own credentials',
    },
    {
      what: 'Secrets in a region, with a secret for each server',
      quota: 'secretsInAll',
      need: each.secretsInAll,
      basis: 'computed',
      setting: 'a shared secret for the servers of a connection',
      onlyWith: 'a secret for each server',
    },
    {
      what: 'Parameter Store, GetParameter, a second',
      quota: 'getParameter',
      need: passesASecond,
      basis: 'computed: one a pass',
      setting: "Parameter Store's higher throughput, which costs; `schedule`",
      onlyWith: 'signing in with refresh tokens',
    },
    {
      what: 'Lambda, concurrent executions of the account',
      quota: 'lambdaConcurrency',
      need: workers + 2,
      basis: 'computed from virtual time',
      setting: 'the quota; new accounts have 10',
    },
    {
      what: "Lambda, the queue trigger's `concurrency`",
      quota: 'triggerConcurrency',
      need: workers,
      basis: 'computed from virtual time',
      setting: `\`concurrency\` of the construct, 10 by default; here ${workers}`,
    },
    {
      what: 'DynamoDB, read units a second, both tables',
      quota: 'newTableReads',
      need: shared.readUnits * passesASecond,
      basis: 'computed from counted units; the quota of one new table',
      setting: 'it grows with use; until then spread the first sweeps (`concurrency`)',
    },
    {
      what: 'DynamoDB, write units a second, `Ledger`',
      quota: 'newTableWrites',
      need: shared.writeUnits * passesASecond,
      basis: 'computed from counted units; the quota of a new table',
      setting: 'the same',
    },
    {
      what: 'DynamoDB, read units of one connection in the second of its pass',
      quota: 'partitionReads',
      need: shared.readUnits,
      basis: 'computed: as if all were read in one second',
      setting: 'fewer servers in a connection; a throttled read is repeated',
    },
    {
      what: 'SQS, messages in flight',
      quota: 'messagesInFlight',
      need: workers,
      basis: 'computed from virtual time',
      setting: '`concurrency`',
    },
    {
      what: "KMS, requests a second for the tables' keys",
      quota: 'kms',
      need: shared.kmsRequests / monthSeconds,
      basis: 'computed, by the assumptions of the bill',
      setting: 'a key that AWS owns, for the tables',
    },
    {
      what: 'CloudWatch Logs, writes a second, if each invocation were one',
      quota: 'putLogEvents',
      need: passesASecond,
      basis: 'assumed: Lambda gathers lines',
      setting: 'the quota',
    },
  ];
  return {
    connections,
    servers,
    passesASecond,
    workerSeconds,
    workers,
    needs: needs
      .map((need) => ({ ...need, share: need.need / quotas[need.quota].limit }))
      .toSorted((one, other) => other.share - one.share),
    bills: own,
  };
}

/** Both fleets of a million servers. */
export function millionsOf({ sweeps, large, bills }: Results): readonly Million[] {
  const [usual] = sweeps;
  if (!usual) throw new Error('there is no sweep');
  const fleets = bills.filter(({ secrets }) => secrets === 'shared');
  return fleets.map(({ connections, servers }) =>
    millionOf(connections, servers, servers === 20 ? usual : large, bills),
  );
}
