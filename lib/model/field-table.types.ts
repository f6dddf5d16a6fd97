import type * as z from 'zod/mini';
import type { Json, Pointer } from './json/json.types.ts';

/** `computed` fields are the vendor's own: declaring one is invalid. */
export type Access = 'read-write' | 'write-only' | 'secret' | 'computed';

/**
 * How declared and live are compared: `exact` and `json` by value, `set` as lists without order or
 * repetition, `subset` leaf by leaf, so that undeclared keys stay the vendor's.
 */
export type Comparison = 'exact' | 'set' | 'subset' | 'json';

/**
 * What a PUT that carries the field replaces at the vendor.
 *
 * - `field`: just it; of a field within an object, just the member, in an object that the vendor merges.
 * - `member`: for `subset` fields, each member of the object that the body carries.
 * - `{ object }`: the whole object at that pointer.
 *
 * A member or an object is sent complete: what is not Trueup's is taken from live. A `secret` field is never within
 * one: it would have to be fetched and sent with each change of its neighbours.
 */
export type Replaces = 'field' | 'member' | { readonly object: Pointer };

/** What it means when an answer lacks the field: nothing can be said, or it has this value. */
export type Absent =
  { readonly means: 'unreadable' } | { readonly means: 'value'; readonly value: Json };

/** One row of a provider's field table: all that the core knows of a vendor's field. */
export interface FieldSpec {
  readonly pointer: Pointer;
  readonly access: Access;
  readonly compare: Comparison;
  readonly replaces: Replaces;
  /** Whether a declared `null` clears the field at the vendor; where not, `null` is invalid. */
  readonly nullClears: boolean;
  readonly absent: Absent;
  /** What the vendor shows in place of a value that it hides; declaring such a text is invalid. */
  readonly mask?: RegExp;
  /** Access rules are never taken as normalised: an answer that differs is refused. */
  readonly accessRule?: boolean;
  /**
   * Whether only one server of an account may have a value: without regard to case and outer white space, or, as a slug,
   * to anything but letters and digits.
   */
  readonly unique?: 'caseless' | 'slug';
  /** The Unicode form in which the vendor keeps the text: others of the same text are no difference, and are not sent. */
  readonly unicode?: 'NFC';
  /**
   * The object that is declared as a whole: where `spec` has it, what it leaves out has its `absent` value. Outside it
   * everything stays as it is. Defaults to just the field.
   */
  readonly section?: Pointer;
  /** Whether a list may leave the field's object out of a server, so that a GET of the server has to say it. */
  readonly readByGet?: boolean;
  /**
   * Whether a change of the field lets more people or tools in.
   *
   * @param before - undefined where it is not known
   * @param section - the live value of the field's section, undefined where there is not one
   */
  readonly loosens?: (before: Json | undefined, after: Json, section: Json | undefined) => boolean;
  /** Whether a `secret` field may have several lines, such as a key in PEM; defaults to false. */
  readonly multiline?: boolean;
  /**
   * Fields that travel together, by a name: a PUT that carries one of them carries all of them that are declared, such as
   * the type of a credential and the credential.
   */
  readonly group?: string;
  /** Whether it can only be said when a server is created, and never changed after that. */
  readonly createOnly?: boolean;
  /**
   * Of a `computed` field that users may take for one of theirs: why it cannot be declared. Defaults to that it is the
   * vendor's own.
   */
  readonly refusal?: string;
  /**
   * Of a field that cannot be read: whether an answer can show that nothing is stored, as null. A secret that was applied
   * and is no longer stored is drift.
   */
  readonly showsAbsence?: boolean;
  /**
   * Fields that the vendor clears when this one changes, unless the same PUT gives them another value than they have. Those
   * that are declared are sent in a PUT after it. Where one has a value and is not declared, nothing is sent:
   * a GET right before says whether it has.
   */
  readonly clears?: readonly Pointer[];
}

/** How servers are created. */
export interface Creation {
  /** The field by whose value a server is found again: no two servers have the same. */
  readonly foundBy: Pointer;
  /** Fields without which the gateway creates none. */
  readonly required: readonly Pointer[];
  /** Whether the request has secrets: only where none is created without them, or a PUT with them clears what was created. */
  readonly withSecrets: boolean;
  /**
   * Whether the request says which id the server is to have: the nonce of its reservation. What an attempt made is then found
   * by it, whatever name it has by now, and no other server is taken for it. Defaults to no.
   */
  readonly choosesId?: boolean;
}

/** A provider's fields, and the zod schema of a declared `spec` (strict: unknown keys are refused). */
export interface FieldTable {
  readonly fields: readonly FieldSpec[];
  readonly spec: z.ZodMiniType;
  /** How a server is created and found again; or why Trueup creates none there. Absent: it does not know how. */
  readonly creation?: Creation | { readonly refusal: string };
  /**
   * Whether the vendor may answer a PUT with 200 and drop it, so that the same PUT is kept when it is sent again. One whose
   * answer cannot show what was sent, or does not, is then sent a second time.
   */
  readonly dropsPuts?: boolean;
}
