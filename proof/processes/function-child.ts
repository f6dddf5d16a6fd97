/**
 * The scheduled function in a process of its own. Its argument is a `ChildSetup`; each line of its input invokes it, each
 * line of its output is a `ChildLine`. Its context promises more time than there will be, as that of a function does which
 * stands still until its limit: who started it ends it there, without a warning, as Lambda does.
 */
import { createInterface } from 'node:readline';
import { quietObservability } from '../../functions/runtime/observability.ts';
import { createScheduled } from '../../functions/scheduled.ts';
import { wire } from '../../lib/wiring.ts';
import { lambdaContext } from '../../demo/world/lambda-context.ts';
import type { PassResult } from '../../lib/pass/request.types.ts';
import { memoryLog } from '../../test/support/log.ts';
import { withTimes } from './short-times.ts';
import type { ChildLine, ChildSetup } from './child.ts';
import { inStateFile } from './state-file.ts';

const setup = JSON.parse(process.argv[2] ?? '') as ChildSetup;
const { settings, endpoints, times, owner, stateFile } = setup;
const say = (line: ChildLine) => process.stdout.write(`${JSON.stringify(line)}\n`);

const wired = wire(settings, memoryLog(), { endpoints });
const timed = withTimes(wired, settings.allowedHosts, owner, times);
const deps = stateFile === undefined ? timed : inStateFile(timed, stateFile).deps;
const results: PassResult[] = [];
const handle = createScheduled(
  () => ({ deps, connectionsAtOnce: 1 }),
  quietObservability(),
  (result) => void results.push(result),
);

async function invoke(): Promise<void> {
  const context = lambdaContext('trueup-scheduled', () => 300_000);
  const { failed } = await handle({}, context);
  const result = results.pop();
  if (result) say({ kind: 'result', result });
  else say({ kind: 'error', name: 'no pass', message: `failed: ${failed.join()}` });
}

const lines = createInterface({ input: process.stdin });
lines.on('line', () => void invoke());
lines.on('close', () => process.exit(0));
say({ kind: 'ready' });
