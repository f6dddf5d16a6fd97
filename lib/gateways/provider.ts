import type { FieldTable } from '../model/field-table.types.ts';
import type { Json, JsonObject } from '../model/json/json.types.ts';
import type { LiveServer } from '../model/live.types.ts';
import type { Connection } from '../model/desired.types.ts';
import type { Secret } from '../model/secret.ts';
import type { KnownSecrets } from '../secrets/known-secrets.ts';

/** Number of requests by kind, failed ones included. */
export interface VendorCalls {
  list: number;
  get: number;
  put: number;
  /** Absent means none. */
  create?: number;
  delete?: number;
  /** How many of them were answered with 429; absent means none. */
  throttled?: number;
}

/** Facts about a vendor for its page in docs/gateways. Not used by the code. */
export interface GatewayFacts {
  /** Source of the facts. */
  readonly knownBy: string;
  /** What happens to fields that a PUT leaves out. */
  readonly leftOut: string;
  /** What the gateway shows in place of a hidden value. */
  readonly masks: string;
  /** What the gateway rejects because of another server. */
  readonly conflicts: string;
  /** The vendor's own rate limit. */
  readonly rateLimit: string;
  /** The answer for a server that does not exist. */
  readonly absent: string;
}

/** One vendor. Its folder converts answers to a common form, and the core compares them. */
export interface Provider {
  readonly name: string;
  readonly table: FieldTable;
  /** Default requests per minute. */
  readonly requestsPerMinute: number;
  /** The path of the API, which is added to a connection's base URL. */
  readonly apiPath: readonly string[];
  /** Servers on a page of its list; absent if the list is complete in one answer. */
  readonly serversOnPage?: number;
  /** The vendor's documented hosts, exact or `*.suffix`; allowed if the user owns both rows and settings. */
  readonly documentedHosts: readonly string[];
  /**
   * Factor for the timeout of a PUT, for a vendor that calls other servers before it answers. At most 3, for which
   * lease times are chosen. Defaults to 1.
   */
  readonly putPatience?: number;
  /**
   * Statuses of a JSON answer to a PUT which mean that the server behind the gateway failed, and not the gateway. Such
   * a PUT is not retried, may have been applied, and does not count as a failure of the connection.
   */
  readonly upstreamStatuses?: readonly number[];
  /**
   * Whether an answer to a POST means that the server behind the gateway failed, and that therefore none was created.
   * After any other answer with the same status that is unknown.
   */
  readonly isUncreated?: (status: number, answer: Json) => boolean;
  /**
   * Whether an answer to a POST says that a server with the id that it chose is there: it was processed before, as where a proxy
   * repeats it.
   */
  readonly isRepeated?: (status: number, answer: Json, sent: JsonObject) => boolean;
  /** Whether an answer to a PUT other than 409 means that another server has a unique value. */
  readonly isConflict?: (status: number, answer: Json) => boolean;
  /**
   * Whether a GET waits for the server behind the gateway. Servers are then read only by the list, and a GET only
   * confirms that one is missing.
   */
  readonly hasSlowGet?: boolean;
  readonly facts: GatewayFacts;
  open(connection: Connection, session: SessionInputs): VendorSession;
}

/** The dependencies of a session. */
export interface SessionInputs {
  /**
   * The bearer token; `renew` is true once after a 401. Throws `VendorError` (`connection` class) without one.
   */
  token(options: { renew: boolean }): Promise<Secret>;
  /**
   * Waits for the budget before each request, retries included.
   *
   * @param patience - factor for the timeout of the request
   * @param put - the server, if the request changes one
   */
  admit(patience: number, put?: string): Promise<void>;
  /** Called once a `PUT` of the server may have reached the gateway. */
  reached?(server: string): void;
  /** Counts the requests that are sent. */
  calls: VendorCalls;
  /** Every secret that was handled for the connection, which no error's text may contain. */
  known: KnownSecrets;
  /** Aborts all requests. */
  signal: AbortSignal;
}

/**
 * The session of one pass with one vendor account. All methods throw only `VendorError`. Answers are converted, without
 * values that must not be stored.
 */
export interface VendorSession {
  /** All servers, page by page, in the vendor's order; a server may come twice if the list shifts. */
  list(): AsyncIterable<readonly LiveServer[]>;
  /** @throws VendorError with status 404 if the vendor does not have it. */
  get(id: string): Promise<LiveServer>;
  /**
   * Sends `body` and returns the vendor's answer.
   *
   * @param secrets - the values in `body` that must not appear in an error's text
   */
  put(id: string, body: JsonObject, secrets: readonly Secret[]): Promise<LiveServer>;
  /** Creates a server with one request. Absent if Trueup does not create servers there. */
  create?(request: CreateRequest): Promise<CreatedAnswer>;
  /** Deletes a server with one request. Absent if Trueup does not create servers there. @throws VendorError as `put` */
  remove?(id: string): Promise<void>;
}

/** A server to create. */
export interface CreateRequest {
  /** The key of its row, which is used as its id until it has one. */
  readonly server: string;
  /** Unique to this attempt; also the server's id, if the gateway lets the request set it. */
  readonly nonce: string;
  readonly body: JsonObject;
  /** The values in `body` that must not appear in an error's text. */
  readonly secrets: readonly Secret[];
  /** Awaited right before the request is sent. */
  readonly before: () => Promise<void>;
}

/** The gateway's answer to a create request. */
export interface CreatedAnswer {
  readonly id: string;
  /** Absent if the answer does not have it. */
  readonly server?: LiveServer;
  /** Where a user has to consent before it works. */
  readonly consentUrl?: string;
}
