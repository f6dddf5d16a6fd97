/**
 * `npm run test:e2e`: deploys the stack with the CDK's own command line to an AWS emulator on loopback, Barndoor's
 * simulators beside it, and observes only through AWS calls, `trueup --stack` and the vendors.
 * With `--fail` it fails as soon as everything runs: for stops.ts, which looks for what is left behind.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { startTokenEndpoint } from '../../lib/local/issuer/token-endpoint.ts';
import { awsOn } from './aws.ts';
import { fleetSize } from './chapters/rotation.ts';
import { deploymentOn } from './deployment.ts';
import { startEmulator } from './emulator.ts';
import { processes } from './processes.ts';
import { playScenario } from './scenario.ts';
import { startVendor } from './scene.ts';
import { steps } from './steps.ts';
import { trueupOn } from './trueup.ts';

const say = (line: string) => process.stdout.write(`${line}\n`);
const logFile = join(resolve(import.meta.dirname, '../..'), 'e2e.log');
const stop = new AbortController();
const started = processes();
const folder = mkdtempSync(join(tmpdir(), 'trueup-e2e-'));
const closers: (() => unknown)[] = [
  () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }),
  () => started.endAll(),
];

/** Ends what was started, in reverse order. */
async function endAll(): Promise<void> {
  for (const close of closers.splice(0).toReversed()) {
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    await close();
  }
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    if (stop.signal.aborted) return;
    say(`${signal}: what was started is ended`);
    stop.abort();
    void endAll().finally(() => process.exit(130));
  });
}

async function play(): Promise<void> {
  const run = steps(say, stop.signal);
  const emulator = await startEmulator(started, folder, logFile);
  say(`${emulator.name} at ${emulator.endpoint}, in ${folder}; its log is ${logFile}`);
  const issuer = await startTokenEndpoint({ clients: { person: undefined } });
  closers.push(issuer.close);
  const [barndoor, laptopVendor, signedInVendor, fleetVendor] = await Promise.all([
    startVendor(4),
    startVendor(12),
    startVendor(1, issuer),
    startVendor(fleetSize),
  ]);
  const vendors = [barndoor, laptopVendor, signedInVendor, fleetVendor];
  closers.push(...vendors.map(({ close }) => close));
  say(
    `vendors at ${vendors.map(({ url }) => url).join(', ')}, an issuer of tokens at ${issuer.url}`,
  );
  if (process.argv.includes('--fail')) throw new Error('it was told to fail');
  const aws = awsOn(emulator);
  closers.push(aws.close);
  const deployment = deploymentOn(emulator, started);
  const trueup = trueupOn(emulator, started);
  const parties = { barndoor, laptopVendor, signedInVendor, fleetVendor, issuer };
  await playScenario({ aws, deployment, trueup, ...parties, steps: run });
  say(run.summary());
  if (run.failures() > 0) process.exitCode = 1;
}

try {
  await play();
} catch (error) {
  if (!stop.signal.aborted) throw error;
} finally {
  if (!stop.signal.aborted) await endAll();
  if (process.exitCode === 1 && existsSync(logFile)) {
    say(`the end of ${logFile}:\n${readFileSync(logFile, 'utf8').slice(-4000)}`);
  }
}
