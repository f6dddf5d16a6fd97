import type { Measure, Section } from './section.ts';

/** What the figures are of. */
export interface About {
  readonly version: string;
  /** Node's version. */
  readonly node: string;
  readonly at: Date;
  /** Processes that waited for a processor in the last minute before the run, and how many processors there are. */
  readonly load: number;
  readonly processors: number;
}

/** The whole document. */
export function renderDocument(
  sections: readonly Section[],
  { version, node, at, load, processors }: About,
): string {
  const all = sections.flatMap(({ title, measures }) =>
    measures.map((measure) => ({ title, ...measure })),
  );
  const held = all.filter(({ met }) => met !== undefined);
  const missed = held.filter(({ met }) => met === false);
  return [
    '# Performance',
    '',
    'How many calls, how much time and how much memory Trueup takes, from one server to 100,000. For people who plan a large fleet or change the',
    'code. `npm run bench` writes this page: do not edit it.',
    '',
    '- Each figure is a count, or a ratio to a **baseline** in the same run: a bare loop that makes the least calls for the same work, with the same SDK',
    '  clients and HTTP client. Sections without a baseline show the time itself.',
    '- The gateway is a simulator that adds 50 ms to each request, or nothing where only processor time or memory is measured. It, DynamoDB (dynalite) and',
    '  Secrets Manager are processes of their own on the same machine. No request waits for a rate budget.',
    `- Trueup and the baseline take turns, and medians are compared. A busy machine makes every ratio worse: the load average before this run was ${load.toFixed(1)}, on`,
    `  ${processors} processors.`,
    '',
    'The [benchmark](benchmark.md) measures the command line beside another tool.',
    '',
    `Trueup ${version}, Node ${node}, ${at.toISOString().slice(0, 10)}: ${held.length - missed.length} of ${held.length} targets met.`,
    ...renderMissed(
      missed.map(
        ({ title, what, value, target = '' }) => `${title}: ${what} is ${value}, target ${target}`,
      ),
    ),
    ...sections.flatMap(renderSection),
    '',
  ].join('\n');
}

/** What was missed, a line each; nothing if all targets were met. */
export function renderMissed(missed: readonly string[]): string[] {
  return missed.length === 0 ? [] : ['', 'Not met:', '', ...missed.map((one) => `- ${one}`)];
}

/** All targets, those that were missed first as a list. */
export function renderTargets(
  all: readonly Pick<Measure, 'what' | 'value' | 'target' | 'met'>[],
  why: readonly string[] = [],
): string[] {
  const missed = all.filter(({ met }) => met === false);
  return [
    ...renderMissed(
      missed.map(({ what, value, target = '' }) => `${what}: ${value}, target ${target}`),
    ),
    ...(missed.length === 0 ? [] : why),
    '',
    ...renderTable(
      ['what', 'found', 'target', 'met'],
      all.map(({ what, value, target = '', met }) => [what, value, target, met ? 'yes' : '**no**']),
    ),
  ];
}

function renderSection({ title, floor, measures, table, notes = [] }: Section): string[] {
  return [
    '',
    `## ${title}`,
    '',
    floor,
    '',
    ...renderTable(
      ['what', 'found', 'target', 'met'],
      measures.map(({ what, value, target = '', met }) => [
        what,
        value,
        target,
        met === undefined ? '' : met ? 'yes' : '**no**',
      ]),
    ),
    ...(table ? ['', ...renderTable(table.head, table.rows)] : []),
    ...notes.flatMap((note) => ['', note]),
  ];
}

/** Lines of a Markdown table. */
export function renderTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
): string[] {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)];
}
