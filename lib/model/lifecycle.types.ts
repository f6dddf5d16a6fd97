import type { Fingerprint } from './fingerprint.types.ts';
import type { Pointer } from './json/json.types.ts';
import type { Reason, Time } from './ledger.types.ts';

/**
 * `create#<label>`: a server may have been created for this label. Written with a condition before the create request is
 * sent, and removed once its result is known.
 */
export interface Reservation {
  /** Unique to this attempt. */
  readonly nonce: string;
  /** `accountKey` of the connection: at another gateway nothing was created. */
  readonly account: string;
  /** Fingerprints of what is sent and can be read back, to recognise the created server later. */
  readonly body: Readonly<Record<Pointer, Fingerprint>>;
  /** Hash of the fields that can only be set on create. */
  readonly createOnly: string;
  readonly epoch: number;
  readonly at: Time;
  /**
   * `reserved`: the request may or may not have been sent. `unsure`: it was sent, and the answer does not show the
   * result. `created`: the gateway answered with the id. `person`: a user must decide, because a server has the name
   * and may belong to others.
   */
  readonly state: 'reserved' | 'unsure' | 'created' | 'person';
  /** Of the created server. */
  readonly id?: string;
  /** Where a user has to consent, if the gateway returned a URL. */
  readonly consentUrl?: string;
  /** Why the state is `unsure` or `person`. */
  readonly reason?: Reason;
  /** How many complete lists in a row, read after the settling time, did not show it. */
  readonly looks: number;
}

/** `binding#<label>`: the server of a label. It stays after the label's row is deleted. */
export interface Binding {
  readonly id: string;
  readonly account: string;
  /** How it came: only what Trueup created may be deleted. */
  readonly origin: 'created';
  /** The deployment that created it: the first part of its secrets' names. */
  readonly stack: string;
  readonly at: Time;
  /** As in the reservation: the row may have changed since. */
  readonly createOnly: string;
  readonly consentUrl?: string;
  /** A deletion that may have been sent. */
  readonly removal?: Removal;
}

export interface Removal {
  readonly at: Time;
  readonly epoch: number;
  /** Digest of the approval. */
  readonly approval: string;
}

/** What the ledger has for one label. */
export interface LabelState {
  readonly reservation?: Reservation | undefined;
  readonly binding?: Binding | undefined;
}

/** The state as it was read, with the revisions of the two items; 0 if there is no item. */
export interface StoredLabel extends LabelState {
  readonly revs: { readonly reservation: number; readonly binding: number };
}
