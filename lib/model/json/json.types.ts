/** A JSON value, as it comes from a document, a table row or a vendor. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;

export interface JsonObject {
  readonly [key: string]: Json;
}

/** A JSON Pointer (RFC 6901) into `spec`, such as `/meta/team`; never the empty pointer. */
export type Pointer = string;
