import { ratioMeasure, type Measure } from '../harness/section.ts';
import { callsTo, median, type Figures, type FleetFigures } from './figures.ts';

/** A plan in sync against the bare process. */
const most = { time: 2.5, memory: 1.5 };

/** Calls that the bare process makes too: Trueup makes no more of them. */
const floorOperations = ['list', 'Query', 'ListSecrets'];

/** What Trueup is held against, of all fleets. */
export function targets({ fleets }: Figures): readonly Measure[] {
  return fleets.flatMap(fleetTargets);
}

function fleetTargets({ servers, changed, scenarios, secretsSent }: FleetFigures): Measure[] {
  const { inSync, drifted } = scenarios;
  const ours = inSync?.['trueup'];
  const bare = inSync?.['bare'];
  if (!ours || !bare) return [];
  const of = (what: string) => `${what}, ${servers.toLocaleString('en')} servers`;
  const ratio = (what: string, key: 'wallMs' | 'cpuMs' | 'peakBytes', at: number) =>
    ratioMeasure(of(what), median(ours, key) / median(bare, key), at);
  const text = (calls: Readonly<Record<string, number>>) =>
    floorOperations.map((operation) => `${operation} ${calls[operation] ?? 0}`).join(', ');
  const shown = drifted?.['trueup']?.shown ?? 0;
  const sent = secretsSent?.['trueup']?.rotated;
  return [
    ratio('wall time', 'wallMs', most.time),
    ratio('processor time', 'cpuMs', most.time),
    ratio('peak memory', 'peakBytes', most.memory),
    {
      what: of('list calls and pages read'),
      value: text(ours.calls),
      target: text(bare.calls),
      met: floorOperations.every(
        (operation) => (ours.calls[operation] ?? 0) <= (bare.calls[operation] ?? 0),
      ),
    },
    exactly(of('drifted servers that it shows'), shown, changed),
    exactly(
      of('drifted servers that it corrects'),
      callsTo(true, drifted?.['trueup']?.calls ?? {})['put'] ?? 0,
      changed,
    ),
    ...(sent === undefined ? [] : [exactly(of('rotated secrets that it sends'), sent, changed)]),
  ];
}

function exactly(what: string, found: number, expected: number): Measure {
  return { what, value: String(found), target: String(expected), met: found === expected };
}
