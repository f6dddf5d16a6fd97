import type { JsonObject } from './json/json.types.ts';

/**
 * A server as the vendor answered, after the provider's `convert` dropped what must not be kept
 * (`accessUrl`, masks). `fields` has the vendor's own names; an absent key was absent in the answer. Of a secret that shows
 * its absence it has null where nothing is stored, and never more.
 */
export interface LiveServer {
  readonly id: string;
  readonly fields: JsonObject;
}
