import type { JsonObject } from './json/json.types.ts';

/**
 * A server as the vendor returned it, after the provider's `convert` dropped what must not be stored (`accessUrl`, masks).
 * `fields` has the vendor's names; an absent key was absent in the answer. A secret field is null if the vendor shows that
 * nothing is stored, and is otherwise absent.
 */
export interface LiveServer {
  readonly id: string;
  readonly fields: JsonObject;
  /** Its name, at gateways where that is not the field `name`. */
  readonly name?: string;
  /** Why Trueup cannot change it, such as that the vendor's API only reads it. */
  readonly readOnly?: string;
  /** The gateway shows that it is connected: if a user had to consent, that is done. */
  readonly isConnected?: true;
}
