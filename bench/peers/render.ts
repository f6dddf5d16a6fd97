import { callsText, type Measure } from '../harness/section.ts';
import { renderTable, type About } from '../harness/render.ts';
import type { Calls } from '../world/world.ts';
import { restapi, tofu } from './build.ts';
import { fleet, type Comparison, type Comparisons, type Taken } from './compare.ts';

const leastTimes = 20;

/** What the figures are of, and what built the peer. */
export interface AboutPeers extends About {
  readonly go: string;
  readonly turns: number;
}

const vendorOperations = ['list', 'get', 'put'];

const callsOf = (calls: Calls, ofVendor: boolean): Calls =>
  Object.fromEntries(
    Object.entries(calls).filter(([name]) => vendorOperations.includes(name) === ofVendor),
  );

const sumOf = (calls: Calls) => Object.values(calls).reduce((a, b) => a + b, 0);

const vendorCalls = ({ calls }: Taken) => sumOf(callsOf(calls, true));

/** The targets: in sync, twenty times fewer calls and twenty times less time. */
export function targetsOf({ inSync }: Comparisons): readonly Measure[] {
  const atLeast = (what: string, times: number): Measure => ({
    what,
    value: `${times.toFixed(1)} ×`,
    target: `≥ ${leastTimes} ×`,
    met: times >= leastTimes,
  });
  return [
    atLeast(
      'fewer calls to the gateway, in sync',
      vendorCalls(inSync.peer) / vendorCalls(inSync.ours),
    ),
    atLeast('less wall time, in sync', inSync.peer.wallMs / inSync.ours.wallMs),
  ];
}

/** The whole page. */
export function renderPeers(found: Comparisons, about: AboutPeers): string {
  const { version, node, go, at, load, processors, turns } = about;
  return [
    '# Beside a peer',
    '',
    'Written by `npm run bench:peers -- --write`: do not edit. The same fleet is declared to Trueup and to OpenTofu with the',
    `provider \`Mastercard/restapi\`, the general one for a REST API: ${fleet.servers.toLocaleString('en')} servers of one account at the simulated gateway`,
    'that the other benchmarks use, a process of its own that adds 50 ms to each request. Each figure is of a whole command',
    'line, from its start to its end with all processes that it starts. OpenTofu runs with `-parallelism=10`, and the budget of',
    "Trueup's connection allows ten requests at a time.",
    '',
    `Trueup ${version}, Node ${node}; OpenTofu ${tofu.version}, restapi ${restapi.version}, ${go}; ${at.toISOString().slice(0, 10)}. The load average before the run`,
    `was ${load.toFixed(1)}, on ${processors} processors. They took turns; medians of measured runs of each: ${turns}, after one that only warms.`,
    '',
    ...renderTable(
      ['what', 'found', 'target', 'met'],
      targetsOf(found).map(({ what, value, target = '', met }) => [
        what,
        value,
        target,
        met === true ? 'yes' : '**no**',
      ]),
    ),
    '',
    `## A plan of ${fleet.servers.toLocaleString('en')} servers in sync`,
    '',
    '`trueup plan --detailed-exitcode` and `tofu plan -detailed-exitcode`; both end with 0.',
    '',
    ...renderComparison(found.inSync),
    '',
    `## An apply of ${fleet.changed} servers whose declaration changed`,
    '',
    `\`trueup apply --yes\` and \`tofu apply -auto-approve\`; before each, a plan of either shows just ${fleet.changed} to change, and`,
    'after the last a plan of either shows none.',
    '',
    ...renderComparison(found.apply),
    '',
    '## What each does',
    '',
    "- Trueup's command line is the one that the package has. It reads the gateway's list, pages of 100, the next ones ahead.",
    "  Its declarations and its ledger are in DynamoDB and its secrets' versions in Secrets Manager, here processes on the same machine without added latency: those calls are in its time,",
    '  and have a line of their own. Versions are listed, 100 a call. An apply plans twice: once to show, once under the lease;',
    '  and records each PUT.',
    '- OpenTofu refreshes each resource by itself, and this version of the provider with two GETs each: one asks whether the object',
    '  exists, one reads it. Its declarations and its state are local files, so it makes no other calls. `write_returns_object`',
    '  spares it the GET after each PUT. `-refresh=false` would make no calls at all in a plan, and not look at the gateway. One',
    '  resource with `for_each` took no less than a block for each server, when it was tried.',
    '- The fields compared with the gateway are those that it reads back. Trueup also has to account for an OAuth client and a secret a',
    '  server, which OpenTofu is not given here.',
    `- ${fleet.changed} names are changed at the gateway by hand: a plan of Trueup's then shows ${found.driftFound.ours}, one of OpenTofu's ${found.driftFound.peer}. This version of`,
    '  the provider keeps what it read in `api_data`, and does not compare it with `data`. Hence the apply above is of changed',
    '  declarations.',
    "- Memory is the highest resident set of each process that is there at the same time, added up: OpenTofu's own and the provider's.",
    '',
  ].join('\n');
}

function renderComparison({ ours, peer }: Comparison): string[] {
  const seconds = (ms: number) => `${(ms / 1000).toFixed(2)} s`;
  const megabytes = (bytes: number) => `${Math.round(bytes / 1e6)} MB`;
  const row = (what: string, of: (taken: Taken) => number, show: (value: number) => string) => [
    what,
    show(of(ours)),
    show(of(peer)),
    `${(of(peer) / of(ours)).toFixed(1)} ×`,
  ];
  const text = (taken: Taken, ofVendor: boolean) => callsText(callsOf(taken.calls, ofVendor));
  return renderTable(
    ['what', 'Trueup', 'OpenTofu', "OpenTofu's to Trueup's"],
    [
      row('calls to the gateway', vendorCalls, String),
      ['of these', text(ours, true), text(peer, true), ''],
      ['other calls', text(ours, false), text(peer, false) || 'none', ''],
      row('wall time', ({ wallMs }) => wallMs, seconds),
      row('CPU', ({ cpuMs }) => cpuMs, seconds),
      row('peak memory', ({ peakBytes }) => peakBytes, megabytes),
    ],
  );
}
