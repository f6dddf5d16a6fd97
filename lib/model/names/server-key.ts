/** Prefix of the key of a row without an id, followed by its label. Until the server is created, this key is its id. */
export const newKeyPrefix = 'new#';

export const newKey = (label: string): string => `${newKeyPrefix}${label}`;

/** The label in the key of a row without an id; undefined for other keys and ids. */
export function newLabelIn(key: string): string | undefined {
  return key.startsWith(newKeyPrefix) ? key.slice(newKeyPrefix.length) : undefined;
}

/** The sort key of the row that declares a server, by its id. */
export const rowKey = (id: string): string => (newLabelIn(id) === undefined ? serverKey(id) : id);

/** The id that a row in `Desired` declares; undefined for other rows. */
export function rowIdIn(item: string): string | undefined {
  return newLabelIn(item) === undefined ? serverIdIn(item) : item;
}

/** Prefix of a server's sort key, in `Desired` and in the ledger. */
export const serverKeyPrefix = 'server#';

export const serverKey = (id: string): string => `${serverKeyPrefix}${id}`;

/** The id in a server's key; undefined for other keys. */
export function serverIdIn(key: string): string | undefined {
  return key.startsWith(serverKeyPrefix) ? key.slice(serverKeyPrefix.length) : undefined;
}
