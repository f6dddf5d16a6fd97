import type { FieldTable } from '../model/field-table.types.ts';
import type { Json, JsonObject } from '../model/json/json.types.ts';
import type { LiveServer } from '../model/live.types.ts';
import type { Connection } from '../model/desired.types.ts';
import type { Secret } from '../model/secret.ts';
import type { KnownSecrets } from '../secrets/known-secrets.ts';

/** How often each call was made, an attempt that failed included. */
export interface VendorCalls {
  list: number;
  get: number;
  put: number;
  /** Absent means none. */
  create?: number;
  delete?: number;
  /** How many of these were answered with 429; absent means none. */
  throttled?: number;
}

/** What is known of a vendor besides its field table. For its page in docs/gateways: nothing decides by it. */
export interface GatewayFacts {
  /** How it is known. */
  readonly knownBy: string;
  /** What a PUT does to fields that it leaves out. */
  readonly leftOut: string;
  /** What is shown in place of a value that is hidden. */
  readonly masks: string;
  /** What is refused because of another server. */
  readonly conflicts: string;
  /** The vendor's own rate limit. */
  readonly rateLimit: string;
  /** What is answered for a server that is not there. */
  readonly absent: string;
}

/** One vendor. Its folder normalises, the core compares. */
export interface Provider {
  readonly name: string;
  readonly table: FieldTable;
  /** Requests a minute where the connection says nothing. */
  readonly requestsPerMinute: number;
  /** Servers on a page of its list; absent where the list is whole in one answer. */
  readonly serversOnPage?: number;
  /** The vendor's documented hosts, exact or `*.suffix`; allowed where the user owns both row and settings. */
  readonly documentedHosts: readonly string[];
  /**
   * How many times as long as any other request a PUT may take: the vendor calls other servers before it answers. Times of
   * leases are made for at most 3. Defaults to 1.
   */
  readonly putPatience?: number;
  /**
   * Statuses of an answer in JSON to a PUT that mean: the server behind the gateway failed, not the gateway. Such a PUT is
   * not repeated, may have been applied, and says nothing of the connection.
   */
  readonly upstreamStatuses?: readonly number[];
  /**
   * Whether an answer to a POST says that the server behind the gateway failed, and that none was created because of it. Any
   * other answer with the same status leaves that open.
   */
  readonly isUncreated?: (status: number, answer: Json) => boolean;
  /**
   * Whether an answer to a POST says that a server with the id that it chose is there: it was processed before, as where a proxy
   * repeats it.
   */
  readonly isRepeated?: (status: number, answer: Json, sent: JsonObject) => boolean;
  /** Whether an answer to a PUT, other than 409, says that another server has a value that only one may have. */
  readonly isConflict?: (status: number, answer: Json) => boolean;
  /**
   * Whether a GET waits for the server behind the gateway. Servers are then always read by the list, and a GET only confirms
   * that one is not there.
   */
  readonly hasSlowGet?: boolean;
  readonly facts: GatewayFacts;
  open(connection: Connection, session: SessionInputs): VendorSession;
}

/** What a session needs from its pass. */
export interface SessionInputs {
  /**
   * The bearer token; `renew` is true once after a 401. Throws `VendorError` (`connection` class) without one.
   */
  token(options: { renew: boolean }): Promise<Secret>;
  /**
   * Waits for the budget before each request on the wire, a repeated one too.
   *
   * @param patience - how many times as long as usual the request may take
   * @param put - the server, where the request is to change one
   */
  admit(patience: number, put?: string): Promise<void>;
  /** Called once a `PUT` of the server may have reached the gateway. */
  reached?(server: string): void;
  /** Counts each request on the wire. */
  calls: VendorCalls;
  /** Every secret that was handled for the connection: no error's text may repeat one. */
  known: KnownSecrets;
  /** Ends all requests. */
  signal: AbortSignal;
}

/**
 * One pass's conversation with one vendor account. Every method throws `VendorError` only.
 * Answers are converted: what must not be kept is gone.
 */
export interface VendorSession {
  /** All servers, page by page, in the vendor's order; a server may come twice if the list shifts. */
  list(): AsyncIterable<readonly LiveServer[]>;
  /** @throws VendorError with status 404 if the vendor does not have it. */
  get(id: string): Promise<LiveServer>;
  /**
   * Sends `body` and returns what the vendor answered.
   *
   * @param secrets - the values in `body` that must not come back in an error's text
   */
  put(id: string, body: JsonObject, secrets: readonly Secret[]): Promise<LiveServer>;
  /** Creates a server, by one request. Absent where Trueup creates none. */
  create?(request: CreateRequest): Promise<CreatedAnswer>;
  /** Deletes a server, by one request. Absent where Trueup creates none. @throws VendorError, `put`'s */
  remove?(id: string): Promise<void>;
}

/** A server to create. */
export interface CreateRequest {
  /** What stands for its id until it has one: the key of its row. */
  readonly server: string;
  /** Its id, where the gateway lets the request choose it: unique to this attempt. */
  readonly nonce: string;
  readonly body: JsonObject;
  /** The values in `body` that must not come back in an error's text. */
  readonly secrets: readonly Secret[];
  /** Awaited right before the request goes out. */
  readonly before: () => Promise<void>;
}

/** What a gateway answered to it. */
export interface CreatedAnswer {
  readonly id: string;
  /** Absent where the answer does not show it. */
  readonly server?: LiveServer;
  /** Where a person has to consent before it works. */
  readonly consentUrl?: string;
}
