import type { Fingerprint } from './fingerprint.types.ts';
import type { Pointer } from './json/json.types.ts';
import type { Reason, Time } from './ledger.types.ts';

/**
 * `create#<label>`: a server may have been created under this label. Written before the request to create it is sent, by
 * condition, and removed once it is known what became of it.
 */
export interface Reservation {
  /** Unique to this attempt. */
  readonly nonce: string;
  /** `accountKey` of the connection: at another gateway nothing was created. */
  readonly account: string;
  /** Fingerprints of what is sent and can be read back: what is found later is held against them. */
  readonly body: Readonly<Record<Pointer, Fingerprint>>;
  readonly epoch: number;
  readonly at: Time;
  /**
   * `reserved`: the request may have been sent, or not yet. `unsure`: it was, and its answer does not say what became of it.
   * `created`: the gateway answered with the id. `person`: a server has the name, and it may be another's.
   */
  readonly state: 'reserved' | 'unsure' | 'created' | 'person';
  /** Of the created server. */
  readonly id?: string;
  /** Where a person has to consent, if the gateway said so. */
  readonly consentUrl?: string;
  /** Why it is unsure, or for a person. */
  readonly reason?: Reason;
  /** Complete lists in a row, read after the settling time, that did not show it. */
  readonly looks: number;
}

/** `binding#<label>`: the server of a label. It outlives the label's row. */
export interface Binding {
  readonly id: string;
  readonly account: string;
  /** How it came: only what Trueup created may be deleted. */
  readonly origin: 'created';
  /** Which deployment created it: the first part of the names of its secrets. */
  readonly stack: string;
  readonly at: Time;
  /** Hash of what can only be said when a server is created. */
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

/** What the ledger has of one label. */
export interface LabelState {
  readonly reservation?: Reservation | undefined;
  readonly binding?: Binding | undefined;
}

/** The same as it was read, with the revisions of the two items; 0 where there is no item. */
export interface StoredLabel extends LabelState {
  readonly revs: { readonly reservation: number; readonly binding: number };
}
