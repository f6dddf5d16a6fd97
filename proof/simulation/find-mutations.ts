import type { Violation } from './events.types.ts';
import type { Mutation } from './mutation.types.ts';
import { mutations } from './mutations.ts';
import { runSeeds } from './run-seeds.ts';

export interface Found {
  readonly mutation: Mutation;
  /** The seed or regression that found it, and what it found; absent if none did. */
  readonly seed?: number | string;
  readonly violation?: Violation;
}

/** Runs seeds with each mutation until one finds it: what is known to find it, or `atMost` seeds from 1 on. */
export async function findMutations(workers: number, atMost: number): Promise<readonly Found[]> {
  const all: Found[] = [];
  for (const mutation of mutations) {
    // oxlint-disable-next-line no-await-in-loop -- each has all of the machine
    const known = await find(mutation, { from: mutation.seed, count: 1, workers: 1 });
    // oxlint-disable-next-line no-await-in-loop
    const found =
      known.seed === undefined ? await find(mutation, { from: 1, count: atMost, workers }) : known;
    all.push(found);
  }
  return all;
}

async function find(
  mutation: Mutation,
  seeds: { readonly from: number | string; readonly count: number; readonly workers: number },
): Promise<Found> {
  const { name, breaks, says } = mutation;
  const isIt = ({ invariant, what }: Violation) => invariant === breaks && what.includes(says);
  const totals = await runSeeds({
    ...seeds,
    mutation: name,
    seen: ({ failed }) => !failed.some(({ violations }) => violations.some(isIt)),
  });
  const failed = totals.failed.find(({ violations }) => violations.some(isIt));
  const violation = failed?.violations.find(isIt);
  const seed = typeof seeds.from === 'string' ? seeds.from : failed?.seed;
  return { mutation, ...(seed !== undefined && violation && { seed, violation }) };
}

/** The report, as Markdown. */
export function mutationsReport(found: readonly Found[]): string {
  const caught = found.filter(({ seed }) => seed !== undefined).length;
  return [
    `${caught} of ${found.length} mutations caught.`,
    '',
    '| mutation | in | violates | found by |',
    '|---|---|---|---|',
    ...found.map(
      ({ mutation: { name, file, breaks }, seed }) =>
        `| ${name} | \`${file}\` | ${breaks} | ${foundBy(seed)} |`,
    ),
  ].join('\n');
}

function foundBy(seed: Found['seed']): string {
  if (seed === undefined) return 'NOTHING';
  return typeof seed === 'number' ? `seed ${seed}` : seed;
}
