/**
 * Makes ids that sort by time as text: `20261122T140629123Z-0000-1f6c09ab`. Ids of one function for the same
 * millisecond sort in the order of the calls. Ids of two functions differ by their random end.
 *
 * @param random - text whose first eight characters differ for each function, such as a UUID
 */
export function timeOrderedIds(random: () => string): (at: number) => string {
  let last = Number.NaN;
  let count = 0;
  return (at) => {
    count = at === last ? count + 1 : 0;
    last = at;
    return `${compactTime(at)}-${count.toString(36).padStart(4, '0')}-${random().slice(0, 8)}`;
  };
}

/** The first part of the ids that are made at this time. */
export function compactTime(at: number): string {
  return new Date(at).toISOString().replaceAll(/[-:.]/g, '');
}
