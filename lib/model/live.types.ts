import type { JsonObject } from './json/json.types.ts';

/**
 * A server as the vendor answered, after the provider's `convert` dropped what must not be kept
 * (`accessUrl`, masks). `fields` has the vendor's own names; an absent key was absent in the answer. Of a secret that shows
 * its absence it has null where nothing is stored, and never more.
 */
export interface LiveServer {
  readonly id: string;
  readonly fields: JsonObject;
  /** What people call it, where that is no field `name`. */
  readonly name?: string;
  /** Why no PUT can change it, where the vendor's API only shows it. */
  readonly readOnly?: string;
}
