/** Begins the sort key of a server: of its row in `Desired`, and of its record in the ledger. */
export const serverKeyPrefix = 'server#';

export const serverKey = (id: string): string => `${serverKeyPrefix}${id}`;

/** The id in a server's key; undefined for other keys. */
export function serverIdIn(key: string): string | undefined {
  return key.startsWith(serverKeyPrefix) ? key.slice(serverKeyPrefix.length) : undefined;
}
