import { runModel } from './lease-model.ts';
import type { Limits, RunResult } from './lease-model.ts';

/** All runs, depth first, up to `most`. @returns how many there were, and the first that went wrong */
export async function explore(
  limits: Limits,
  most: number,
): Promise<{ runs: number; complete: boolean; wrong?: RunResult }> {
  let path: number[] = [];
  for (let runs = 1; ; runs += 1) {
    // oxlint-disable-next-line no-await-in-loop
    const result = await runModel(limits, (step) => path[step] ?? 0);
    if (result.violations.length > 0) return { runs, complete: false, wrong: result };
    const taken = result.widths.map((_, index) => path[index] ?? 0);
    let last = taken.length - 1;
    while (last >= 0 && (taken[last] ?? 0) + 1 >= (result.widths[last] ?? 0)) last -= 1;
    if (last < 0) return { runs, complete: true };
    if (runs >= most) return { runs, complete: false };
    path = [...taken.slice(0, last), (taken[last] ?? 0) + 1];
  }
}
