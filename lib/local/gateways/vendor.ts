import type { Json, MisbehaviourRule } from './misbehaviour.ts';
import type { VendorRequest } from './vendor-request.ts';

/** What differs between vendors. `S` is a server as the vendor stores it, secrets included. */
export interface Vendor<S extends object> {
  readonly idOf: (server: S) => string;
  /** Whether this request may see the server. */
  readonly sees: (server: S, request: VendorRequest) => boolean;
  /** The error answer to a request that is not well formed. */
  readonly refuse: (request: VendorRequest) => VendorAnswer | undefined;
  /** A server as a GET shows it. */
  readonly show: (server: S) => Json;
  /** A page of a list, with servers in the form of `show`. */
  readonly list: (
    servers: readonly S[],
    request: VendorRequest,
    show: (server: S) => Json,
  ) => VendorAnswer;
  /** Applies a PUT to the stored server, or returns the error answer. */
  readonly update: (server: S, body: Json, others: readonly S[]) => VendorAnswer | undefined;
  /** Status of the answer to a PUT. Defaults to 200. */
  readonly updatedStatus?: number;
  /** Creates a server from a POST, or returns the error answer. Absent: not supported. */
  readonly create?: (
    body: Json,
    others: readonly S[],
  ) => { readonly server: S; readonly answer: VendorAnswer } | { readonly refused: VendorAnswer };
  /** The answer to a DELETE. Absent: not supported. */
  readonly deleted?: (id: string) => VendorAnswer;
  /** An error in the vendor's form. */
  readonly failure: (status: number, message: string, details?: readonly Json[]) => Json;
  /** The body of a 404, where it differs from `failure`. */
  readonly notFound?: (request: VendorRequest) => Json;
  /** Where an answer does not match the vendor's own document. */
  readonly breaches: (request: VendorRequest, answer: VendorAnswer) => string[];
}

/** An answer with a JSON body. */
export interface VendorAnswer {
  readonly status: number;
  readonly body: unknown;
}

/** A request with its answer. */
export interface RecordedRequest {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly body: unknown;
  /** Milliseconds since the epoch, by the clock that was passed in. */
  readonly at: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Status of the answer; undefined before the answer, or when the connection was cut. */
  status?: number;
}

/** A simulated vendor on loopback. A server is created from `Init`. */
export interface VendorSimulator<S extends object, Init extends object> {
  readonly url: string;
  /** The stored servers in list order, including values that answers do not show. */
  readonly servers: S[];
  readonly requests: RecordedRequest[];
  /** `create` and `delete` are absent before the first. */
  readonly counts: { list: number; get: number; put: number; create?: number; delete?: number };
  /** The maximum number of concurrent requests. */
  readonly peak: () => number;
  /** Answers that do not match the vendor's document. Each is a bug of the simulator. */
  readonly violations: string[];
  /** @throws Error if the server does not exist */
  readonly find: (id: string) => S;
  /** Changes a server as in the vendor's console. @throws Error if the server does not exist */
  readonly edit: (id: string, change: Partial<S>) => S;
  readonly remove: (id: string) => void;
  readonly add: (server: Init) => S;
  /** Adds rules; returns a function that ends them. */
  readonly misbehave: (...rules: readonly MisbehaviourRule[]) => () => void;
  readonly close: () => Promise<void>;
}

/** A request that gets no answer. */
export type OnHang = (request: {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly headers: { readonly host?: string | undefined };
}) => void;

/** Options of every simulator. */
export interface SimulatorOptions {
  readonly now?: () => number;
  /** Used if it is free. Defaults to any free port. */
  readonly port?: number;
  /** Accepted bearer tokens. Defaults to any token. */
  readonly tokens?: readonly string[] | ((token: string) => boolean);
  /** Delay of every answer, in milliseconds. */
  readonly latencyMs?: number;
  /** Requests for each token in any 60 seconds; more are answered with 429. */
  readonly requestsPerMinute?: number;
  /** Called for each request that is left without an answer (`hang`). */
  readonly onHang?: OnHang;
}
