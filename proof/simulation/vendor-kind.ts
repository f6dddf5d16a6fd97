import type { Json, JsonObject } from '../../lib/model/json/json.types.ts';
import type { ConnectionInit } from './scenario.types.ts';

/** What makes one vendor differ from the other; all of it as their pages say. */
export interface VendorKind {
  /** Where the API has its servers. */
  readonly path: readonly string[];
  /** A server as answers show it, its stored `fields` with what cannot be read left out or masked. */
  readonly show: (id: string, fields: JsonObject, shows: ConnectionInit['shows']) => JsonObject;
  /** As a list shows it, where that is otherwise. */
  readonly listed?: VendorKind['show'];
  readonly list: (shown: readonly JsonObject[], query: URLSearchParams) => Json;
  /** The fields after a PUT, or why not. */
  readonly update: (
    fields: JsonObject,
    body: JsonObject,
    others: readonly JsonObject[],
    shows: ConnectionInit['shows'],
  ) => JsonObject | { readonly refused: number; readonly why: string };
  /** The fields of a new server, or why not. */
  readonly create: VendorKind['update'];
  /** The answer to a POST. */
  readonly created: (id: string, shown: JsonObject) => JsonObject;
  readonly failure: (status: number, message: string) => Json;
}
