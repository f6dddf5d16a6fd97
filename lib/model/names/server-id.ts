const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The same text for all spellings of a server's id: a UUID is not case-sensitive, any other id is. */
export function comparableId(id: string): string {
  return uuid.test(id) ? id.toLowerCase() : id;
}

/** A UUID in the other case; undefined for other ids. */
export function otherSpelling(id: string): string | undefined {
  const lower = comparableId(id);
  const other = id === lower ? id.toUpperCase() : lower;
  return uuid.test(id) && other !== id ? other : undefined;
}
