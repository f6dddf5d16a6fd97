/** How long something took from when it was asked for, in seconds. */
export interface Spread {
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly most: number;
}

/** A value over virtual time, both in seconds or as counts. */
export type Series = readonly (readonly [at: number, value: number])[];

/** Calls by operation. */
export type Calls = Readonly<Record<string, number>>;

/** One sweep: from the schedule's event until each connection had its pass. */
export interface Sweep {
  readonly connections: number;
  readonly workers: number;
  readonly seconds: number;
  /** Connections that had none: their pass failed in the scheduled function, and waits for its next event. */
  readonly unserved: number;
  readonly served: Spread;
  /** Of a pass alone, from its lease to its report. */
  readonly pass: Spread;
  /** Of a pass, on average. */
  readonly calls: Calls;
  /** Age of the oldest message that is due and not done. */
  readonly oldest: Series;
}

/** A sweep while Secrets Manager refuses calls above its default quotas. */
export interface Throttled extends Sweep {
  /** Calls a second, of ListSecrets and of BatchGetSecretValue each. */
  readonly quota: number;
  readonly refused: number;
  /** Messages that failed for it, and came again a minute later. */
  readonly returned: number;
  /** Messages that failed for it five times. */
  readonly deadLetters: number;
}

/** The schedule goes on every five minutes, with too few workers for a sweep in that time. */
export interface Undersized extends Sweep {
  readonly minutes: number;
  /** Messages at the end, and the most at any time. */
  readonly messages: { readonly atEnd: number; readonly most: number };
  /** Between two passes of a connection. */
  readonly between: Spread;
  /** Share of the messages whose connection had a full pass since: they cost one read. */
  readonly overtaken: number;
}

/** One connection whose servers are all changed at once, beside connections in sync. */
export interface Neighbour {
  readonly connections: number;
  readonly workers: number;
  readonly changed: number;
  /** Of the connections in sync. */
  readonly without: Spread;
  readonly beside: Spread;
  /** Until all changed servers were updated. */
  readonly seconds: number;
  /** Passes over the connection, knocks while one was made, and PUTs. */
  readonly passes: number;
  readonly knocks: number;
  readonly puts: number;
}

/** Gateways that are down, beside others. */
export interface Down {
  readonly connections: number;
  readonly workers: number;
  readonly cases: readonly {
    readonly down: number;
    readonly how: 'timeout' | '503' | 'none';
    /** Of the others, by the two ticks of the schedule. */
    readonly first: Spread;
    readonly second: Spread;
    /** Seconds that workers spent on connections that are down, in both. */
    readonly spent: number;
  }[];
}

/** The queue's function does not run for a while; the schedule does. */
export interface Outage {
  readonly connections: number;
  readonly workers: number;
  readonly minutes: number;
  readonly messages: number;
  /** From its end: until each connection had a pass, and until no message is left but those of a newer tick. */
  readonly servedSeconds: number;
  readonly goneSeconds: number;
  readonly overtaken: number;
  readonly queue: Series;
  readonly oldest: Series;
}

/** The same functions on the embedded world, in real time, beside virtual time. */
export interface Embedded {
  readonly connections: number;
  readonly workers: number;
  readonly seconds: number;
  readonly virtualSeconds: number;
  readonly calls: Calls;
  readonly virtualCalls: Calls;
}

/** Processor time on this machine, in milliseconds. */
export interface Processor {
  readonly pass: number;
  readonly server: number;
  /** Of one pass of 20 servers. */
  readonly of20: number;
}

/** A month's bill of a fleet, and DynamoDB's units of a pass. */
export interface FleetBill {
  readonly connections: number;
  readonly servers: number;
  readonly secrets: 'shared' | 'each';
  readonly everyMinutes: number;
  /** Secrets that there are: of servers, of connections, and the fingerprint key. */
  readonly secretsInAll: number;
  readonly total: number;
  readonly lines: readonly { readonly what: string; readonly usd: number }[];
  readonly readUnits: number;
  readonly writeUnits: number;
  readonly logBytesOfPass: number;
  readonly kmsRequests: number;
}

/** What the figures are of. */
export interface About {
  readonly version: string;
  readonly node: string;
  readonly commit: string;
  readonly at: string;
  readonly machine: string;
  readonly processors: number;
  /** Load average of the last minute before the run. */
  readonly load: number;
  readonly minutes: number;
}

/** All that a run found; the page is made from it, and from nothing else. */
export interface Results {
  readonly about: About;
  readonly processor: Processor;
  readonly embedded: Embedded;
  readonly sweeps: readonly Sweep[];
  readonly throttled: Throttled;
  readonly undersized: Undersized;
  readonly neighbour: Neighbour;
  readonly down: Down;
  readonly outage: Outage;
  /** One sweep of connections with 1,000 servers each. */
  readonly large: Sweep;
  readonly bills: readonly FleetBill[];
}
