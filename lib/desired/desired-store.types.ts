/** A row of `Desired` as it is stored, not yet checked. */
export interface DesiredRow {
  /** `connection` or `server#<id>`. */
  readonly item: string;
  readonly value: Readonly<Record<string, unknown>>;
}

/** What the user declares. Reads are consistent; a pass never writes to it. */
export interface DesiredStore {
  /** Names of the connections, from an index that may be out of date. */
  connections(): AsyncIterable<string>;
  /**
   * All rows of a connection, or only the `connection` row and those of `ids` (at most ten).
   *
   * @throws StoreError if any page could not be read; never returns a part.
   */
  rows(connection: string, ids?: readonly string[]): Promise<readonly DesiredRow[]>;
  /** Number of server rows of a connection, with and without an id, valid or not. */
  countServers(connection: string): Promise<number>;
}
