/** Milliseconds since the epoch, and waiting; passed in so that tests own time. */
export interface Clock {
  now(): number;
  /** Resolves after `ms`, or at once when `signal` aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** Another's clock, as the `Date` of an answer showed it, to the second. All in milliseconds since the epoch. */
export interface SeenDate {
  /** Whose answer it was: a host, or a service. */
  readonly from: string;
  readonly date: number;
  /** By our own clock. */
  readonly sentAt: number;
  readonly answeredAt: number;
}

/** A number from 0 to 1, 1 excluded. */
export type Random = () => number;

/** Structured log lines. Every line says which connection, server and pass, from `child`. */
export interface Log {
  debug(message: string, fields?: Readonly<Record<string, unknown>>): void;
  info(message: string, fields?: Readonly<Record<string, unknown>>): void;
  warn(message: string, fields?: Readonly<Record<string, unknown>>): void;
  error(message: string, fields?: Readonly<Record<string, unknown>>): void;
  child(fields: Readonly<Record<string, unknown>>): Log;
}
