import { prices as listPrices, type PriceName, type Prices } from './prices.ts';

/** What a deployment is asked to do. */
export interface Fleet {
  readonly connections: number;
  /** Of each connection. */
  readonly servers: number;
  /** Whether the servers of a connection share one JSON secret, or have one each. */
  readonly secrets: 'shared' | 'each';
  readonly everyMinutes: number;
}

/** What was measured, and what the template says. */
export interface Measured {
  /** Of one pass in sync of so many servers. */
  readonly pass: (servers: number) => {
    readonly readUnits: number;
    readonly writeUnits: number;
    /** Of Secrets Manager, with so many secrets. */
    readonly secretCalls: (secrets: number) => number;
    readonly listCalls: number;
  };
  /** Of one changed server, by a stream record. */
  readonly change: {
    readonly readUnits: number;
    readonly writeUnits: number;
    readonly secretCalls: number;
  };
  /** Of one rotated secret, by its event. */
  readonly rotation: Measured['change'];
  /** Bytes of log lines and embedded metrics: of a pass, and of an invocation without its passes. */
  readonly logBytes: { readonly pass: number; readonly invocation: number };
  readonly metrics: number;
  readonly alarms: number;
  readonly dashboards: number;
  readonly memoryGb: number;
  /** Connections that the scheduled function works on itself, and how many at a time. */
  readonly inlineShare: number;
  readonly atOnce: number;
}

/** What no run can measure. */
export const assumptions = {
  daysOfMonth: 30,
  /** Changes of each server in a month. */
  changes: 1,
  /** Seconds that the vendor takes for one call. */
  vendorSeconds: 0.2,
  /** Seconds of a pass without the vendor's list. */
  passSeconds: 0.3,
  /** Receives of Lambda's pollers of an idle queue: five pollers that wait 20 seconds. */
  polls: 650_000,
  /** Bytes of a server in a shared secret, name and quotes included. */
  secretBytes: 300,
  /** Minutes that an access token lives which is renewed with a refresh token. */
  tokenMinutes: 60,
  /** DynamoDB asks KMS for a table's key once in five minutes for each connection of a process. */
  connectionsOfProcess: 4,
  /** Processes of the queue's function at a time. */
  queueProcesses: 10,
  /** Bytes through a NAT gateway: of a server in the gateway's list, and of a call of the gateway or Secrets Manager. */
  natBytes: { server: 2_000, call: 6_000 },
} as const;

export interface Line {
  readonly what: string;
  readonly price: PriceName;
  readonly units: number;
  readonly usd: number;
  /** What costs this; absent: every deployment. It is not in the total. */
  readonly onlyWith?: string;
}

/** What Secrets Manager takes in one secret. */
const largestSecret = 65_536;

/** Secrets of the servers of one connection. */
export function serversSecrets({ servers, secrets }: Pick<Fleet, 'servers' | 'secrets'>): number {
  return secrets === 'each'
    ? servers
    : Math.ceil((servers * assumptions.secretBytes) / largestSecret);
}

/** A month's bill, the most expensive line first. */
export function billOf(fleet: Fleet, measured: Measured, prices: Prices = listPrices): Line[] {
  const { connections, servers, everyMinutes } = fleet;
  const { daysOfMonth, changes, vendorSeconds, passSeconds, polls } = assumptions;
  const secretsOfOne = serversSecrets(fleet) + 1;
  const ticks = (daysOfMonth * 24 * 60) / everyMinutes;
  const passes = ticks * connections;
  const changed = connections * servers * changes;
  const queued = Math.max(0, connections - measured.inlineShare);
  const inline = connections - queued;
  const one = measured.pass(servers);
  const seconds = passSeconds + one.listCalls * vendorSeconds;
  const scheduledSeconds = Math.ceil(inline / measured.atOnce) * seconds;
  const invocations = ticks * (1 + queued) + changed;
  const billedSeconds =
    ticks * (scheduledSeconds + queued * seconds) + changed * (passSeconds + 2 * vendorSeconds);
  const logBytes =
    (passes + changed) * measured.logBytes.pass + invocations * measured.logBytes.invocation;
  const secretCalls =
    passes * one.secretCalls(secretsOfOne) + changed * measured.change.secretCalls;
  const tableKeys = tableKeyRequests(ticks, queued);
  const renewals = (connections * daysOfMonth * 24 * 60) / assumptions.tokenMinutes;
  const parameterCalls = passes + renewals;
  const trail = 'a second CloudTrail trail';
  const tokens = 'signing in with refresh tokens';
  const nat = 'a NAT gateway';
  const units: readonly (readonly [string, PriceName, number, onlyWith?: string])[] = [
    [
      "Secrets Manager: servers' secrets, connections' tokens, the key",
      'secret',
      connections * secretsOfOne + 1,
    ],
    ['Secrets Manager: calls', 'secretCall', secretCalls],
    ["KMS: the tables' keys, under aws/dynamodb", 'kmsRequest', tableKeys],
    ['DynamoDB: reads', 'readUnit', passes * one.readUnits + changed * measured.change.readUnits],
    [
      'DynamoDB: writes',
      'writeUnit',
      passes * one.writeUnits + changed * measured.change.writeUnits,
    ],
    ['DynamoDB: reads of the stream by Lambda', 'streamRead', changed],
    ['Lambda: requests', 'lambdaRequest', invocations],
    ['Lambda: time', 'lambdaGbSecond', billedSeconds * measured.memoryGb],
    ['CloudWatch: logs', 'logGb', logBytes / 1e9],
    ['CloudWatch: metrics', 'metric', measured.metrics],
    ['CloudWatch: alarms', 'alarm', measured.alarms],
    ['CloudWatch: dashboard', 'dashboard', measured.dashboards],
    ['EventBridge: events (a server updated, a pass completed)', 'event', 2 * changed],
    ['Scheduler', 'schedule', ticks],
    // Sent in tens, received and deleted one by one.
    ['SQS', 'queueRequest', polls + ticks * queued * 2.1],
    ['CloudTrail: calls of Secrets Manager and KMS', 'trailEvent', secretCalls + tableKeys, trail],
    ['Parameter Store: reads and writes', 'parameterCall', parameterCalls, tokens],
    ['KMS: parameters, under aws/ssm', 'kmsRequest', parameterCalls, tokens],
    [
      'CloudTrail: calls of Parameter Store and KMS',
      'trailEvent',
      2 * parameterCalls,
      `${tokens}, and ${trail}`,
    ],
    ['NAT gateway: one, by the hour', 'natHour', daysOfMonth * 24, nat],
    [
      'NAT gateway: GB',
      'natGb',
      natGb(passes, servers, one.listCalls + one.secretCalls(secretsOfOne)),
      nat,
    ],
  ];
  return units
    .map(([what, price, count, onlyWith]) => {
      const { usd, per } = prices[price];
      const line = { what, price, units: count, usd: (count * usd) / per };
      return onlyWith === undefined ? line : { ...line, onlyWith };
    })
    .toSorted((a, b) => b.usd - a.usd);
}

/** Requests to KMS for the keys of both tables: by the scheduled function, and by those of the queue. */
function tableKeyRequests(ticks: number, queued: number): number {
  const { daysOfMonth, connectionsOfProcess, queueProcesses } = assumptions;
  const times = Math.min(ticks, (daysOfMonth * 24 * 60) / 5);
  return 2 * times * connectionsOfProcess * (1 + Math.min(queued, queueProcesses));
}

function natGb(passes: number, servers: number, calls: number): number {
  const { server, call } = assumptions.natBytes;
  return (passes * (servers * server + calls * call)) / 1e9;
}
