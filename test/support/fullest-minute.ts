/** The most of these times that any window of 60 seconds holds. @param times - in milliseconds, in order */
export function fullestMinute(times: readonly number[]): number {
  let first = 0;
  return times.reduce((most, time, index) => {
    while ((times[first] ?? 0) <= time - 60_000) first += 1;
    return Math.max(most, index - first + 1);
  }, 0);
}
