import { prices, type PriceName } from './prices.ts';

/** What a deployment is asked to do. */
export interface Fleet {
  readonly connections: number;
  /** Of each connection; each with a secret of its own. */
  readonly servers: number;
  readonly everyMinutes: number;
}

/** What was measured, and what the template says. */
export interface Measured {
  /** Of one pass in sync of so many servers. */
  readonly pass: (servers: number) => {
    readonly readUnits: number;
    readonly writeUnits: number;
    readonly secretCalls: number;
    readonly listCalls: number;
  };
  /** Of one changed server, by a stream record. */
  readonly change: {
    readonly readUnits: number;
    readonly writeUnits: number;
    readonly secretCalls: number;
  };
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
} as const;

export interface Line {
  readonly what: string;
  readonly price: PriceName;
  readonly units: number;
  readonly usd: number;
}

/** A month's bill, the dearest line first. */
export function billOf({ connections, servers, everyMinutes }: Fleet, measured: Measured): Line[] {
  const { daysOfMonth, changes, vendorSeconds, passSeconds, polls } = assumptions;
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
  const units: readonly (readonly [string, PriceName, number])[] = [
    [
      "Secrets Manager: servers' secrets, connections' tokens, the key",
      'secret',
      connections * (servers + 1) + 1,
    ],
    [
      'Secrets Manager: calls',
      'secretCall',
      passes * one.secretCalls + changed * measured.change.secretCalls,
    ],
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
  ];
  return units
    .map(([what, price, count]) => {
      const { usd, per } = prices[price];
      return { what, price, units: count, usd: (count * usd) / per };
    })
    .toSorted((a, b) => b.usd - a.usd);
}
