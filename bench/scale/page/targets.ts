import { callsMeasure, ratioMeasure, type Measure } from '../../harness/section.ts';
import type { Calls, Results } from '../results.types.ts';

/** Calls that both worlds count: the queue's trigger is no part of the embedded one. */
const compared = [
  'BatchGetItem',
  'BatchGetSecretValue',
  'GetItem',
  'ListSecrets',
  'PutItem',
  'Query',
  'list',
];

const only = (calls: Calls): Calls =>
  Object.fromEntries(compared.map((name) => [name, calls[name] ?? 0]));

const secondsMeasure = (what: string, seconds: number, most: number): Measure => ({
  what,
  value: `${Math.round(seconds)} s`,
  target: `≤ ${most} s`,
  met: seconds <= most,
});

export const count = (value: number) => value.toLocaleString('en');

/** What is held against a target, with how it came out. */
export function targetsOf(results: Results): readonly Measure[] {
  const { sweeps, neighbour, down, outage, embedded } = results;
  const [usual] = sweeps;
  if (!usual) throw new Error('there is no sweep');
  const [none, one] = down.cases;
  const second = (index: number) => down.cases[index]?.second.p99 ?? Number.NaN;
  const drift = embedded.seconds / embedded.virtualSeconds;
  return [
    secondsMeasure(
      `a sweep of ${count(usual.connections)} connections by ${usual.workers} workers, within the interval of the schedule`,
      usual.seconds,
      300,
    ),
    ratioMeasure(
      `time to a pass of 99 of 100 quiet connections, beside one with ${count(neighbour.changed)} changed servers, to that without`,
      neighbour.beside.p99 / neighbour.without.p99,
      1.05,
    ),
    ratioMeasure(
      `the same of the others, beside one connection whose gateway does not answer (${one?.how ?? ''}), to that without`,
      second(1) / (none?.second.p99 ?? Number.NaN),
      1.1,
    ),
    secondsMeasure(
      `the backlog of an outage of ${outage.minutes} minutes is gone, within the interval of the schedule`,
      outage.goneSeconds,
      300,
    ),
    {
      ...ratioMeasure('a sweep in real time, to virtual time', drift, 1.25),
      met: drift <= 1.25 && drift >= 0.8,
      target: '0.8 to 1.25 ×',
    },
    callsMeasure(
      'calls of a pass on the embedded world, to those in virtual time',
      only(embedded.calls),
      only(embedded.virtualCalls),
    ),
  ];
}
