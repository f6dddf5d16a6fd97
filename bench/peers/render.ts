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
    '# Compared with OpenTofu',
    '',
    'How many calls and how much time Trueup and OpenTofu take for the same fleet, for people who choose between them. [Comparison](comparison.md) has',
    'what each does better. `npm run bench:peers -- --write` writes this page: do not edit it.',
    '',
    `The fleet is ${fleet.servers.toLocaleString('en')} servers of one account at the simulated gateway of the other benchmarks, a process of its own that adds 50 ms to each`,
    'request. OpenTofu uses the provider `Mastercard/restapi`, the general provider for REST APIs, and runs with `-parallelism=10`. The budget of',
    "Trueup's connection allows ten requests at the same time. Each figure covers a whole command, from its start to its end, with all processes that it starts.",
    '',
    `Trueup ${version}, Node ${node}; OpenTofu ${tofu.version}, restapi ${restapi.version}, ${go}; ${at.toISOString().slice(0, 10)}. Medians of ${turns} measured runs of each, in turns, after one that only warms`,
    `up. The load average before the run was ${load.toFixed(1)}, on ${processors} processors.`,
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
    '`trueup plan --detailed-exitcode` and `tofu plan -detailed-exitcode`. Both exit with 0.',
    '',
    ...renderComparison(found.inSync),
    '',
    `## An apply of ${fleet.changed} servers whose declaration changed`,
    '',
    `\`trueup apply --yes\` and \`tofu apply -auto-approve\`. Before each, the plans of both show exactly ${fleet.changed} changes; after the last, none.`,
    '',
    ...renderComparison(found.apply),
    '',
    '## What each tool does',
    '',
    "- **Trueup** runs as it is packed. It reads the gateway's list in pages of 100, the next pages ahead. Its declarations and ledger are in DynamoDB and",
    '  the versions of its secrets in Secrets Manager, here processes on the same machine without added latency. Those calls are part of its time and have a line of',
    '  their own. An apply plans twice, once to show the plan and once under the lease, and records each PUT.',
    '- **OpenTofu** refreshes each resource by itself, and this version of the provider uses two GETs for it: one asks whether the object exists,',
    '  one reads it. Declarations and state are local files, so it makes no other calls. `write_returns_object` saves the GET after each PUT.',
    '  `-refresh=false` would make no calls in a plan, but would not look at the gateway. One resource with `for_each` was no faster than a block for each',
    '  server, when we tried it.',
    '- **Fields.** Both compare the fields that the gateway shows. Trueup also has an OAuth client and a secret for each server, which OpenTofu does not have',
    '  here.',
    `- **Drift.** When ${fleet.changed} names were changed at the gateway by hand, a plan of Trueup showed ${found.driftFound.ours} changes, and a plan of OpenTofu ${found.driftFound.peer}. This version of the`,
    '  provider stores what it read in `api_data` and does not compare it with `data`. That is why the apply above is of changed declarations.',
    "- **Memory** is the highest sum of the resident sets of all processes that run at the same time: OpenTofu's own and the provider's.",
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
    ['what', 'Trueup', 'OpenTofu', 'OpenTofu / Trueup'],
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
