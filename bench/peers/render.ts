import { renderTable, renderTargets } from '../harness/render.ts';
import { callsText } from '../harness/section.ts';
import {
  callsTo,
  isBusy,
  median,
  scenarioNames,
  sum,
  type Figure,
  type Figures,
  type FleetFigures,
  type ScenarioName,
} from './figures.ts';
import { addTool, fields, method, peers, reproduce } from './prose.ts';
import { targets } from './targets.ts';

const number = (value: number) => value.toLocaleString('en');
const seconds = (ms: number) => `${(ms / 1000).toFixed(2)} s`;
const megabytes = (bytes: number) => `${Math.round(bytes / 1e6)} MB`;

/** The whole page, from the figures of one run. */
export function renderBenchmark(figures: Figures): string {
  return [
    '# Benchmark: a fleet at a REST gateway',
    '',
    'How many calls, how much time and how much memory it takes to compare a fleet of objects at a REST gateway with its declarations, and to correct it. For',
    'people who choose a tool, or want to run the same with their own. `npm run bench:peers` writes this page from',
    '[bench/results/benchmark.json](../bench/results/benchmark.json): do not edit it.',
    '',
    ...about(figures),
    '',
    ...verdict(figures),
    '',
    ...method(figures),
    ...figures.fleets.flatMap((fleet) => renderFleet(fleet, figures)),
    '',
    ...renderProfile(figures),
    '',
    ...peers(),
    '',
    ...fields(),
    '',
    ...reproduce(figures),
    '',
    ...addTool(),
    '',
  ].join('\n');
}

function about(figures: Figures): string[] {
  const { at, commit, node, go, machine, tools, tookMs } = figures;
  const { processor, processors, memoryBytes, load } = machine;
  const names = Object.entries(tools).filter(([id]) => id !== 'bare');
  return [
    `${names.map(([, name]) => name).join('; ')}. Commit ${commit}, Node ${node}${go === undefined ? '' : `, ${go}`}. ${at.slice(0, 10)}, ${processors} processors (${processor}), ${Math.round(memoryBytes / 2 ** 30)} GiB,`,
    `load average ${load.toFixed(1)} before the run, which took ${Math.round(tookMs / 60_000)} minutes.`,
    ...(isBusy(figures)
      ? [
          '',
          '**The machine was busy**: its load average was higher than its number of processors. Counts are right, times are not. Do not cite them.',
        ]
      : []),
  ];
}

function verdict(figures: Figures): string[] {
  const all = targets(figures);
  const missed = all.filter(({ met }) => met === false);
  const top = (figures.fleets.at(-1)?.profile ?? []).slice(0, 5);
  const whole = total(figures.fleets.at(-1));
  const why = top.map(([place, ms]) => `${place} ${share(ms, whole)}`).join(', ');
  return [
    `**${all.length - missed.length} of ${all.length} targets met.** They hold \`trueup plan\` against a bare Node process that loads the same clients, reads the same tables and makes the same list`,
    'calls, as many at a time, and does nothing about the answers. The ratio to another tool is stated, not aimed at: it depends on the latency of the gateway and on',
    'the number of requests at the same time.',
    ...renderTargets(all, [
      '',
      `Where the processor time goes, by the [profile](#where-the-time-goes): ${why}. Memory: Trueup keeps what it read of each server until the plan is printed; the`,
      'bare process drops each page.',
    ]),
  ];
}

const titles: Readonly<Record<ScenarioName, (fleet: FleetFigures) => string>> = {
  inSync: () => 'in sync',
  declared: ({ changed }) => `${number(changed)} changed by declaration`,
  drifted: ({ changed }) => `${number(changed)} drifted at the gateway`,
  rotated: ({ changed }) => `${number(changed)} secrets rotated in the secret store`,
  passed: ({ changed }) => `${number(changed)} new secrets passed by hand`,
};

const commands: Readonly<Record<ScenarioName, string>> = {
  inSync: 'A plan: `trueup plan --detailed-exitcode`, `tofu plan -detailed-exitcode`.',
  declared:
    'An apply without a question: `trueup apply --yes`, `tofu apply -auto-approve`. The names of the servers were changed in the declarations before.',
  drifted:
    'The same commands. The names were changed at the gateway, as a user does in its console.',
  rotated: 'The same commands, once, after new values were written to the secret store.',
  passed:
    'The same command, once, after the new values were written to the configuration of a tool that does not read the secret store.',
};

function renderFleet(fleet: FleetFigures, figures: Figures): string[] {
  return scenarioNames.flatMap((name) => {
    const found = fleet.scenarios[name];
    if (!found || Object.keys(found).length === 0) return [];
    return [
      '',
      `## ${number(fleet.servers)} servers: ${titles[name](fleet)}`,
      '',
      commands[name],
      '',
      ...renderScenario(fleet, name, found, figures),
    ];
  });
}

function renderScenario(
  { secretsSent }: FleetFigures,
  name: ScenarioName,
  found: Readonly<Record<string, Figure>>,
  { tools }: Figures,
): string[] {
  const ids = Object.keys(found);
  const row = (what: string, of: (figure: Figure, id: string) => string) => [
    what,
    ...ids.map((id) => {
      const figure = found[id];
      return figure ? of(figure, id) : '';
    }),
  ];
  const ours = found['trueup'];
  const ratio = (key: 'wallMs' | 'cpuMs' | 'peakBytes') => (figure: Figure) =>
    ours === undefined || figure === ours
      ? ''
      : `${(median(figure, key) / median(ours, key)).toFixed(2)} ×`;
  const times =
    (key: 'wallMs' | 'cpuMs' | 'peakBytes', show: (value: number) => string) => (figure: Figure) =>
      [show(median(figure, key)), ratio(key)(figure)].filter(Boolean).join(', ');
  return renderTable(
    ['what', ...ids.map((id) => tools[id] ?? id)],
    [
      row('calls to the gateway', ({ calls }) => number(sum(callsTo(true, calls)))),
      row('by operation', ({ calls }) => callsText(callsTo(true, calls))),
      row('other calls', ({ calls }) => callsText(callsTo(false, calls)) || 'none'),
      row('wall time', times('wallMs', seconds)),
      row('fastest and slowest run', ({ runs }) => range(runs.map(({ wallMs }) => wallMs))),
      row('processor time', times('cpuMs', seconds)),
      row('peak memory', times('peakBytes', megabytes)),
      ...(name === 'inSync'
        ? []
        : [
            row('servers to update, shown', ({ shown }, id) =>
              id === 'bare' ? '' : number(shown),
            ),
          ]),
      ...(name === 'rotated' || name === 'passed'
        ? [row('new secrets at the gateway', (_, id) => number(secretsSent?.[id]?.[name] ?? 0))]
        : []),
      row('runs', ({ runs }) => String(runs.length)),
    ],
  );
}

function range(values: readonly number[]): string {
  return values.length < 2
    ? ''
    : `${seconds(Math.min(...values))} to ${seconds(Math.max(...values))}`;
}

const total = (fleet: FleetFigures | undefined) =>
  (fleet?.profile ?? []).reduce((all, [, ms]) => all + ms, 0);

const share = (ms: number, whole: number) => `${Math.round((ms / whole) * 100)}%`;

/** Below this share of every plan, places are added up. */
const least = 0.01;

function renderProfile({ fleets }: Figures): string[] {
  const profiled = fleets.filter(({ profile }) => profile !== undefined && profile.length > 0);
  const of = ({ profile = [] }: FleetFigures) => new Map(profile);
  const places = [...new Set(profiled.toReversed().flatMap((fleet) => [...of(fleet).keys()]))];
  const isLarge = (place: string) =>
    profiled.some((fleet) => (of(fleet).get(place) ?? 0) / total(fleet) >= least);
  const cell = (fleet: FleetFigures, ms: number) =>
    `${ms.toFixed(0)} ms, ${share(ms, total(fleet))}`;
  const small = (fleet: FleetFigures) =>
    places
      .filter((place) => !isLarge(place))
      .reduce((all, place) => all + (of(fleet).get(place) ?? 0), 0);
  return [
    '## Where the time goes',
    '',
    '`trueup plan` in sync under `node --cpu-prof`, three runs, by room of `lib`, by package, and by what Node does itself. The time of a function without the',
    'functions that it calls. The profile itself takes time, so that the sum is more than the processor time above.',
    '',
    ...renderTable(
      ['place', ...profiled.map(({ servers }) => `${number(servers)} servers`)],
      [
        ...places
          .filter(isLarge)
          .map((place) => [
            place,
            ...profiled.map((fleet) => cell(fleet, of(fleet).get(place) ?? 0)),
          ]),
        ['all others', ...profiled.map((fleet) => cell(fleet, small(fleet)))],
      ],
    ),
  ];
}
