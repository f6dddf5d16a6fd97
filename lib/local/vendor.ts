import type { Json, MisbehaviourRule } from './misbehaviour.ts';
import type { VendorRequest } from './vendor-request.ts';

/** What makes one vendor differ from another. `S` is a server as the vendor stores it, secrets included. */
export interface Vendor<S extends object> {
  readonly idOf: (server: S) => string;
  /** Whether this request may see the server. */
  readonly sees: (server: S, request: VendorRequest) => boolean;
  /** The refusal of a request that is not well formed. */
  readonly refuse: (request: VendorRequest) => VendorAnswer | undefined;
  /** A server as a GET shows it. */
  readonly show: (server: S) => Json;
  /** A page of a list, its servers as `show` makes them. */
  readonly list: (
    servers: readonly S[],
    request: VendorRequest,
    show: (server: S) => Json,
  ) => VendorAnswer;
  /** Carries out a PUT on the stored server, or says why not. */
  readonly update: (server: S, body: Json, others: readonly S[]) => VendorAnswer | undefined;
  /** An error in the vendor's form. */
  readonly failure: (status: number, message: string, details?: readonly Json[]) => Json;
  /** What is wrong with an answer, by the vendor's own document. */
  readonly breaches: (request: VendorRequest, answer: VendorAnswer) => string[];
}

/** An answer with a JSON body. */
export interface VendorAnswer {
  readonly status: number;
  readonly body: unknown;
}

/** A request as it arrived, with what it was answered. */
export interface RecordedRequest {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly body: unknown;
  /** Milliseconds since the epoch, by the clock that was passed in. */
  readonly at: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Status of the answer; undefined while there is none, or when the connection was cut. */
  status?: number;
}

/** A simulated vendor on loopback. `Init` is what is needed to make a server of it. */
export interface VendorSimulator<S extends object, Init extends object> {
  readonly url: string;
  /** What the vendor stores, in the order of its lists; not the answers, so it shows what cannot be read back. */
  readonly servers: S[];
  readonly requests: RecordedRequest[];
  readonly counts: { list: number; get: number; put: number };
  /** The most requests that were being answered at one time. */
  readonly peak: () => number;
  /** Answers that broke the vendor's document: bugs of the simulator, empty unless there are some. */
  readonly violations: string[];
  /** @throws Error when there is no such server */
  readonly find: (id: string) => S;
  /** Someone changes a server in the vendor's console. @throws Error when there is no such server */
  readonly edit: (id: string, change: Partial<S>) => S;
  readonly remove: (id: string) => void;
  readonly add: (server: Init) => S;
  /** Puts rules in force; returns how to end them. */
  readonly misbehave: (...rules: readonly MisbehaviourRule[]) => () => void;
  readonly close: () => Promise<void>;
}

/** What every simulator takes. */
export interface SimulatorOptions {
  readonly now?: () => number;
  /** Taken if it is free; any without it. */
  readonly port?: number;
  /** Accepted bearer tokens; any token without it. */
  readonly tokens?: readonly string[] | ((token: string) => boolean);
  /** Time that every answer takes, in milliseconds. */
  readonly latencyMs?: number;
  /** Requests in any 60 seconds for each token, then 429. */
  readonly requestsPerMinute?: number;
}
