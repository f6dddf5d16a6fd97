/** File to the files that it imports. */
export type Graph = ReadonlyMap<string, readonly string[]>;

/** The shortest way from a file back to itself, both ends included. */
function chainFrom(start: string, graph: Graph): readonly string[] | undefined {
  const ways: (readonly string[])[] = [[start]];
  const seen = new Set<string>();
  for (const way of ways) {
    for (const next of graph.get(way.at(-1) ?? start) ?? []) {
      if (next === start) return [...way, start];
      if (!seen.has(next) && graph.has(next)) {
        seen.add(next);
        ways.push([...way, next]);
      }
    }
  }
  return undefined;
}

/** Circles of imports, each as its shortest chain: a file is named in one of them at most. */
export function circles(graph: Graph): (readonly string[])[] {
  const found: (readonly string[])[] = [];
  const named = new Set<string>();
  for (const file of graph.keys()) {
    const chain = named.has(file) ? undefined : chainFrom(file, graph);
    if (!chain || chain.some((one) => named.has(one))) continue;
    for (const one of chain) named.add(one);
    found.push(chain);
  }
  return found;
}
