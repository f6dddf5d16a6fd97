/**
 * `npm run test:e2e`: deploys the stack with the CDK's own command line to an AWS emulator on loopback, Barndoor's
 * simulator beside it, and looks at what happens by AWS calls and at the vendor alone.
 */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { awsOn } from './aws.ts';
import { deploymentOn } from './deployment.ts';
import { startEmulator } from './emulator.ts';
import { playScenario, startVendor } from './scenario.ts';
import { steps } from './steps.ts';

const say = (line: string) => process.stdout.write(`${line}\n`);
const logFile = join(resolve(import.meta.dirname, '../..'), 'e2e.log');

const emulator = await startEmulator(logFile);
say(`${emulator.name} at ${emulator.endpoint}; its log and the functions' is ${logFile}`);
const barndoor = await startVendor();
const aws = awsOn(emulator);
const run = steps(say);

let stopping: Promise<void> | undefined;
function stop(): Promise<void> {
  stopping ??= (async () => {
    aws.close();
    await barndoor.close();
    await emulator.stop();
  })();
  return stopping;
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    void stop().finally(() => process.exit(1));
  });
}

try {
  await playScenario({ aws, deployment: deploymentOn(emulator), barndoor, steps: run });
} finally {
  await stop();
}
say(run.summary());
if (run.failures() > 0) {
  say(`the end of ${logFile}:\n${readFileSync(logFile, 'utf8').slice(-4000)}`);
  process.exitCode = 1;
}
