/** Longer words are not compared, because the time grows with the square of their length. */
const longest = 64;

/** The known word that was probably meant, if one is similar enough. */
export function suggest(word: string, known: readonly string[]): string | undefined {
  if (word.length > longest) return undefined;
  const ranked = known
    .map((candidate) => ({ candidate, distance: editDistance(bare(word), bare(candidate)) }))
    .toSorted((a, b) => a.distance - b.distance);
  const [best] = ranked;
  if (!best || best.distance > Math.max(1, Math.floor(best.candidate.length / 3))) return undefined;
  return best.candidate;
}

/** `clientId`, `client-id` and `client_id` are the same word. */
function bare(word: string): string {
  return word.toLowerCase().replaceAll(/[-_ ]/g, '');
}

/**
 * Number of insertions, deletions, replacements and swaps of neighbours from `a` to `b` (optimal string alignment). Row
 * by row: `rows[i][j]` is the distance of the first `i` characters of `a` and the first `j` of `b`.
 */
export function editDistance(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  const at = (i: number, j: number) => (rows[i] as number[])[j] as number;
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    rows.push(row);
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      const swapped = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      row.push(
        Math.min(
          at(i - 1, j) + 1,
          at(i, j - 1) + 1,
          at(i - 1, j - 1) + same,
          swapped ? at(i - 2, j - 2) + 1 : Infinity,
        ),
      );
    }
  }
  return at(a.length, b.length);
}
