import type * as z from 'zod/mini';
import type { Json, Pointer } from './json/json.types.ts';

/** `computed` fields are the vendor's own: declaring one is invalid. */
export type Access = 'read-write' | 'write-only' | 'secret' | 'computed';

/**
 * How declared and live are compared: `exact` and `json` by value, `set` as lists without order or
 * repetition, `subset` leaf by leaf, so that undeclared keys stay as they are at the vendor.
 */
export type Comparison = 'exact' | 'set' | 'subset' | 'json';

/**
 * What a PUT that carries the field replaces at the vendor.
 *
 * - `field`: only the field. For a field within an object: only that member, because the vendor merges the object.
 * - `member`: for `subset` fields, each member of the object that the body carries.
 * - `{ object }`: the whole object at that pointer.
 *
 * A member or an object is sent complete: what Trueup does not own is copied from live. A `secret` field is never
 * inside one, because it would have to be fetched and sent with each change of the other members.
 */
export type Replaces = 'field' | 'member' | { readonly object: Pointer };

/** What it means when an answer lacks the field: its value is unknown, or it is this value. */
export type Absent =
  { readonly means: 'unreadable' } | { readonly means: 'value'; readonly value: Json };

/** One row of a provider's field table: everything that the core knows about a vendor's field. */
export interface FieldSpec {
  readonly pointer: Pointer;
  readonly access: Access;
  readonly compare: Comparison;
  readonly replaces: Replaces;
  /** Whether a declared `null` clears the field at the vendor; otherwise `null` is invalid. */
  readonly nullClears: boolean;
  readonly absent: Absent;
  /** What the vendor shows in place of a value that it hides; declaring such a text is invalid. */
  readonly mask?: RegExp;
  /**
   * An access rule is never accepted in a normalised form: an answer that differs gives the outcome
   * `refused`.
   */
  readonly accessRule?: boolean;
  /**
   * Whether a value must be unique among the servers of an account: `caseless` ignores case and outer white space,
   * `slug` ignores everything except letters and digits.
   */
  readonly unique?: 'caseless' | 'slug';
  /** The Unicode form in which the vendor stores the text. Other forms of the same text are equal, and are not sent. */
  readonly unicode?: 'NFC';
  /**
   * The object that is declared as a whole: if `spec` has it, its fields that are left out get their `absent` value.
   * Nothing outside it changes. Defaults to the field alone.
   */
  readonly section?: Pointer;
  /** Whether the list may omit the field's object, so that a GET of the server is needed to read it. */
  readonly readByGet?: boolean;
  /**
   * Whether a change of the field gives access to more people or tools.
   *
   * @param before - undefined where it is not known
   * @param section - the live value of the field's section; undefined if it has none
   */
  readonly loosens?: (before: Json | undefined, after: Json, section: Json | undefined) => boolean;
  /** Whether a `secret` field may have several lines, such as a key in PEM; defaults to false. */
  readonly multiline?: boolean;
  /**
   * Name of a group of fields that are always sent together: a PUT with one of them has all of them that are declared,
   * such as the type of a credential and the credential.
   */
  readonly group?: string;
  /** Whether it can only be set on create. */
  readonly createOnly?: boolean;
  /**
   * For a `computed` field that users might try to declare: why it cannot be declared. Defaults to a text that the
   * vendor sets it.
   */
  readonly refusal?: string;
  /**
   * For a field that cannot be read: whether the answer has null when nothing is stored. A secret that was applied and is
   * no longer stored is drift.
   */
  readonly showsAbsence?: boolean;
  /**
   * Fields that the vendor clears when this one changes, unless the same PUT changes them too. Those that are declared are
   * sent in a second PUT. If one has a value (a GET right before the PUT shows it) and is not declared, nothing is sent.
   */
  readonly clears?: readonly Pointer[];
}

/** How servers are created. */
export interface Creation {
  /** The field that identifies a server after it was created: its value is unique. */
  readonly foundBy: Pointer;
  /** Fields that the gateway requires on create. */
  readonly required: readonly Pointer[];
  /**
   * Whether the create request has secrets. Only where the gateway requires them, or where a later PUT with them would clear
   * other fields.
   */
  readonly withSecrets: boolean;
  /**
   * Whether the create request sets the server's id, which is the nonce of its reservation. The server is then found by id
   * even if it was renamed, and no other server can be mistaken for it. Defaults to false.
   */
  readonly choosesId?: boolean;
}

/** A provider's fields, and the zod schema of a declared `spec` (strict: unknown keys are refused). */
export interface FieldTable {
  readonly fields: readonly FieldSpec[];
  readonly spec: z.ZodMiniType;
  /**
   * How servers are created and identified, or why Trueup does not create them. Absent: creating is not
   * supported.
   */
  readonly creation?: Creation | { readonly refusal: string };
  /**
   * Whether the vendor may answer a PUT with 200 without applying it, and applies the same PUT when it is sent again. A PUT
   * whose answer does not show what was sent is then sent a second time.
   */
  readonly dropsPuts?: boolean;
}
