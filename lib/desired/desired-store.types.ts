/** A row of `Desired` as it is stored, not yet checked. */
export interface DesiredRow {
  /** `connection` or `server#<id>`. */
  readonly item: string;
  readonly value: Readonly<Record<string, unknown>>;
}

/** What the user declares. Read consistently, never written by a pass. */
export interface DesiredStore {
  /** Names of the connections, from an index: a hint, may lag. */
  connections(): AsyncIterable<string>;
  /**
   * All rows of a connection, or only the `connection` row and those of `ids` (at most ten).
   *
   * @throws StoreError if any page could not be read: never a part.
   */
  rows(connection: string, ids?: readonly string[]): Promise<readonly DesiredRow[]>;
  /** How many server rows a connection has, whatever their form. */
  countServers(connection: string): Promise<number>;
}
