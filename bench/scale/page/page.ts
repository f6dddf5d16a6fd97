import { renderTable, renderTargets } from '../../harness/render.ts';
import { lambda, latencies, type Latency } from '../latencies.ts';
import type { Results } from '../results.types.ts';
import { millionsOf } from './million.ts';
import { firstToBreak, millionSection } from './million-section.ts';
import {
  downSection,
  neighbourSection,
  outageSection,
  passSection,
  sweepSection,
} from './sections.ts';
import { count, targetsOf } from './targets.ts';

const head = [
  '# Many connections',
  '',
  'Written by `npm run bench:scale` from `docs/scale/results.json`: do not edit.',
  '',
];

/** The whole page; no figure of it comes from elsewhere. */
export function renderPage(results: Results | undefined): string {
  if (!results) {
    return `${head[0]}\n\nThere are no results yet: \`npm run bench:scale\` writes this page.\n`;
  }
  const { about } = results;
  const targets = targetsOf(results);
  const missed = targets.filter(({ met }) => met === false);
  return [
    ...head,
    `Trueup ${about.version} (${about.commit}), Node ${about.node}, ${about.at.slice(0, 10)}; ${about.machine}, ${about.processors} processors, load average before the run ${about.load.toFixed(1)}; ${about.minutes.toFixed(1)} minutes.`,
    '',
    `${targets.length - missed.length} of ${targets.length} targets met.`,
    ...renderTargets(targets),
    '',
    'What breaks first with a million servers, every five minutes, at AWS’s default quotas:',
    '',
    ...millionsOf(results).map((million) => `- ${firstToBreak(million)}.`),
    ...silentGateways(results),
    '',
    ...methodSection(results),
    ...[sweepSection, neighbourSection, downSection, outageSection, passSection].flatMap(
      (section) => [...section(results), ''],
    ),
    ...millionSection(results),
  ].join('\n');
}

/** What slows other connections most, without a target of its own. */
function silentGateways({ down }: Results): string[] {
  const [none] = down.cases;
  const worst = down.cases.findLast(({ how }) => how === 'timeout');
  if (!none || !worst) return [];
  const wait = (seconds: number) => `${count(Math.round(seconds))} s`;
  return [
    '',
    `What slows other connections most is gateways that do not answer: with ${count(worst.down)} of ${count(down.connections)} connections at such gateways and ${down.workers} workers, 99 of 100 of the others have had their pass after ${wait(worst.first.p99)}, in place of ${wait(none.first.p99)} ([why](#gateways-that-are-down)).`,
  ];
}

function methodSection({ embedded, undersized }: Results): string[] {
  const { coldStart, ramp, wholeProcessorMb } = lambda;
  return [
    '## How it was measured',
    '',
    `The three functions as they are deployed (handlers, pass, lease, ledger, the adapter for SQS, the HTTP client) run on Lambda’s own events in **virtual time**: a call of a store, of the queue or of a gateway waits for its latency on a clock that goes on as soon as nothing is left to compute. So ${count(undersized.connections)} connections and an hour of schedule fit on one machine, and its speed decides nothing. Tables are SQLite in memory; rows, secrets and gateways are made as they are asked for.`,
    '',
    `What virtual time leaves out, the SDK and the network, is held against the **embedded world**: the same functions with the SDK over HTTP to DynamoDB, SQS, Secrets Manager and gateways on loopback, each call as long as in virtual time, and waited for (${embedded.connections} connections of 20). Calls and time of both are compared above.`,
    '',
    ...renderTable(
      ['call', 'median', '99 of 100 below', 'basis', 'from'],
      Object.entries<Latency>(latencies).map(([name, { median, p99, basis, from }]) => [
        name,
        `${median} ms`,
        `${p99} ms`,
        basis,
        from,
      ]),
    ),
    '',
    `Of Lambda: a new process takes ${coldStart.ms} ms before its first message (${coldStart.basis}); the queue’s trigger begins with ${ramp.first} workers and adds ${ramp.perMinute} a minute ([${ramp.basis}](${ramp.from})); a function of 512 MB has 512/${count(wholeProcessorMb.mb)} of a processor ([${wholeProcessorMb.basis}](${wholeProcessorMb.from})), so processor time is what was measured on this machine, times ${(wholeProcessorMb.mb / 512).toFixed(2)}. Figures of the next sections are measured in this way, unless they are marked computed or assumed. A run fails if an invocation fails or takes longer than five minutes, or a message becomes a dead letter (but for passes that Secrets Manager’s quota stops, which are counted).`,
    '',
  ];
}
