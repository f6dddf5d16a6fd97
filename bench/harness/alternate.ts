/** What a run took: milliseconds of wall, and of this process's processors. */
export interface Taken {
  readonly wallMs: number;
  readonly cpuMs: number;
}

export interface Alternated<Name extends string> {
  /** The median of each. */
  readonly median: Readonly<Record<Name, Taken>>;
  /** Of the last run of each, as `after` gave it. */
  readonly last: Readonly<Record<Name, Readonly<Record<string, number>>>>;
}

/**
 * Runs all of them in turn, so that what the machine does meanwhile meets all alike, and takes medians. The first turn
 * only warms.
 *
 * @param after - is asked after each run for what was counted
 */
export async function alternate<Name extends string>(
  turns: number,
  runs: Readonly<Record<Name, () => Promise<void>>>,
  {
    before = async () => undefined,
    after = async () => ({}),
  }: {
    before?: (name: Name) => Promise<void>;
    after?: (name: Name) => Promise<Readonly<Record<string, number>>>;
  } = {},
): Promise<Alternated<Name>> {
  const names = Object.keys(runs) as Name[];
  const taken = Object.fromEntries(names.map((name) => [name, []])) as unknown as Record<
    Name,
    Taken[]
  >;
  const last = {} as Record<Name, Readonly<Record<string, number>>>;
  for (let turn = 0; turn <= turns; turn += 1) {
    for (const name of names) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other is the point
      await before(name);
      // oxlint-disable-next-line no-await-in-loop
      const one = await timed(runs[name]);
      // oxlint-disable-next-line no-await-in-loop
      last[name] = await after(name);
      if (turn > 0) taken[name].push(one);
    }
  }
  const median = Object.fromEntries(
    names.map((name) => [
      name,
      {
        wallMs: medianOf(taken[name].map(({ wallMs }) => wallMs)),
        cpuMs: medianOf(taken[name].map(({ cpuMs }) => cpuMs)),
      },
    ]),
  ) as Record<Name, Taken>;
  return { median, last };
}

async function timed(run: () => Promise<void>): Promise<Taken> {
  const cpu = process.cpuUsage();
  const start = performance.now();
  await run();
  const wallMs = performance.now() - start;
  const { user, system } = process.cpuUsage(cpu);
  return { wallMs, cpuMs: (user + system) / 1000 };
}

export function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}
