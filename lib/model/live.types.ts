import type { JsonObject } from './json/json.types.ts';

/**
 * A server as the vendor answered, after the provider's `convert` dropped what must not be kept
 * (`accessUrl`, masks). `fields` has the vendor's own names; an absent key was absent in the answer.
 */
export interface LiveServer {
  readonly id: string;
  readonly fields: JsonObject;
}
