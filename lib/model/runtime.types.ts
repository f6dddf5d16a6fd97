/**
 * The current time (milliseconds since the epoch) and waiting. Passed in, so that tests control
 * time.
 */
export interface Clock {
  now(): number;
  /** Resolves after `ms`, or at once when `signal` aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/**
 * The time in the `Date` header of an answer, precise to the second. All times in milliseconds since the epoch.
 */
export interface SeenDate {
  /** Who answered: a host or a service. */
  readonly from: string;
  readonly date: number;
  /** By our own clock. */
  readonly sentAt: number;
  readonly answeredAt: number;
}

/** A number from 0 to 1, 1 excluded. */
export type Random = () => number;

/** Structured log lines. `child` adds the connection, server and pass to each line. */
export interface Log {
  debug(message: string, fields?: Readonly<Record<string, unknown>>): void;
  info(message: string, fields?: Readonly<Record<string, unknown>>): void;
  warn(message: string, fields?: Readonly<Record<string, unknown>>): void;
  error(message: string, fields?: Readonly<Record<string, unknown>>): void;
  child(fields: Readonly<Record<string, unknown>>): Log;
}
