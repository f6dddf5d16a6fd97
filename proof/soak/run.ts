/**
 * `npm run soak -- --seconds 600 [--seed N] [--write]`: the scheduled function, over and over, on vendors that fail now
 * and then, while people edit declarations and consoles. Every few passes one connection is wholly down. Then the
 * faults end, and all must be as declared. Exits 1 unless everything held.
 */
import { parseArgs } from 'node:util';
import { setTimeout as sleep } from 'node:timers/promises';
import { start } from '../../bench/world/protocol.ts';
import { quietObservability } from '../../functions/runtime/observability.ts';
import { createScheduled } from '../../functions/scheduled.ts';
import { wire } from '../../lib/wiring.ts';
import { lambdaContext } from '../../demo/world/lambda-context.ts';
import type { PassReport } from '../../lib/model/ledger.types.ts';
import { createHttpClient } from '../../lib/gateways/http/client.ts';
import { parseAllowedHosts } from '../../lib/gateways/http/host-rule.ts';
import { createProviders } from '../../lib/gateways/gateways.ts';
import type { Dependencies } from '../../lib/pass/dependencies.types.ts';
import { defaultSettings } from '../../lib/lease/settings.types.ts';
import { writeFigures } from '../../scripts/figures.ts';
import { memoryLog } from '../../test/support/log.ts';
import type { Outage } from './faulty-proxy.ts';
import { growthOf, sampleResources } from './resources.ts';
import type { ResourceSample } from './resources.ts';
import { ratioOf, soakFigures } from './report.ts';
import type { Phase } from './report.ts';
import { scaledClock } from './scaled-clock.ts';
import type { SoakHandlers, SoakSetup } from './world-child.ts';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    seed: { type: 'string' },
    write: { type: 'boolean', default: false },
  },
});
const seconds = Number(values.seconds);
const seed = Number(values.seed ?? Date.now() % 1_000_000);
/** A minute of the fleet takes three seconds. */
const factor = 20;
const tickMs = 1000;
const outages: readonly Outage[] = ['hang', 'cut', 'unavailable'];
const timesAtMost = 1.2;
/** Of a shorter run the ratio is shown, and proves nothing. */
const longSeconds = 300;

const setup: SoakSetup = {
  connections: 8,
  servers: 30,
  seed,
  slowMs: (1.5 * defaultSettings.attemptMs) / factor,
  rates: { serverError: 0.05, tooMany: 0.05, cut: 0.01, slow: 0.02 },
};
const world = await start<SoakHandlers>(
  `${import.meta.dirname}/world-child.ts`,
  JSON.stringify(setup),
);
const { settings, endpoints, connections } = await world.call('settings');
const clock = scaledClock(factor);
const deps = wired();

/** As the functions are wired, but for the clock: what an attempt may take in real time goes with it. */
function wired(): Dependencies {
  const http = createHttpClient({
    hosts: { allowed: parseAllowedHosts(settings.allowedHosts), trustDocumentedHosts: false },
    clock,
    random: Math.random,
    timeoutMs: defaultSettings.attemptMs / factor,
  });
  const log = memoryLog();
  // Kept lines would be what grows.
  setInterval(() => (log.lines.length = 0), 1000).unref();
  return { ...wire(settings, log, { endpoints, clock }), providers: createProviders(http) };
}

const times: Record<Phase, number[]> = { without: [], with: [] };
const states: Record<string, number> = {};
let phase: Phase | undefined;
const [down = ''] = connections;

const seen = ({ connection, report }: { connection: string; report: PassReport }) => {
  states[report.state] = (states[report.state] ?? 0) + 1;
  const called = report.vendorCalls.list > 0 && report.state === 'ok';
  if (phase && connection !== down && called) times[phase].push(report.durationMs / factor);
};

const scheduled = createScheduled(
  () => ({ deps, connectionsAtOnce: connections.length }),
  quietObservability(),
  (result) => {
    if (result.kind !== 'done') return;
    for (const report of [result.report, ...result.others]) {
      seen({ connection: report.connection, report });
    }
  },
);

let failed: string[] = [];
async function everyConnection(): Promise<void> {
  const result = await scheduled(
    {},
    lambdaContext('soak', () => 300_000),
  );
  failed = [...failed, ...result.failed];
}

const samples: ResourceSample[] = [];
const began = performance.now();
const elapsed = () => (performance.now() - began) / 1000;

/** Ticks with and without the outage take turns, so that what else the machine does falls on both alike. */
const turnTicks = 4;

async function tick(number: number): Promise<void> {
  const end = performance.now() + tickMs;
  const turn = Math.floor(number / turnTicks);
  const kind = turn % 2 === 0 ? undefined : outages[((turn - 1) / 2) % outages.length];
  phase = kind ? 'with' : 'without';
  await world.call('outage', { connection: down, ...(kind && { kind }) });
  await world.call('churn');
  await everyConnection();
  samples.push(sampleResources(elapsed()));
  await sleep(Math.max(0, end - performance.now()));
}

/** Passes without faults, an hour or two apart, until all is as declared and nothing is left to send. */
async function recover(): Promise<{ passes: number; wrong: readonly string[] }> {
  await world.call('outage', { connection: down });
  await world.call('faultsOn', false);
  let wrong: readonly string[] = ['not looked yet'];
  let passes = 0;
  for (let puts = -1; passes < 8; passes += 1) {
    clock.advance(2 * 60 * 60_000);
    await everyConnection();
    wrong = await world.call('wrong');
    const { puts: now } = await world.call('figures');
    if (wrong.length === 0 && now === puts) break;
    puts = now;
  }
  return { passes, wrong };
}

try {
  await everyConnection();
  await world.call('faultsOn', true);
  for (let number = 0; elapsed() < seconds; number += 1) await tick(number);
  phase = undefined;
  const { passes, wrong } = await recover();
  const { faults, puts, violations } = await world.call('figures');
  const ratio = ratioOf(times);
  const grown = growthOf(samples);
  const problems = [
    ...wrong.map((id) => `not as declared at the end: ${id}`),
    ...failed.map((connection) => `a pass of ${connection} failed as a whole`),
    ...violations.map((text) => `a simulator broke its own contract: ${text}`),
    ...grown.map((what) => `grew: ${what}`),
    ...(ratio <= timesAtMost || seconds < longSeconds
      ? []
      : [`pass times with the outage are ${ratio.toFixed(2)} times`]),
  ];
  const figures = soakFigures({
    seconds: elapsed(),
    setup,
    states,
    puts,
    faults,
    times,
    samples,
    recovery: passes,
    problems,
  });
  process.stdout.write(`${figures}\n`);
  if (values.write) await writeFigures('docs/reliability.md', 'soak', figures);
  process.exitCode = problems.length === 0 ? 0 : 1;
} finally {
  await world.close();
}
