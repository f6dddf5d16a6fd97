/**
 * A process that makes passes. Its argument is a `ChildSetup`; each line of its input is a `PassRequest`, each line of
 * its output a `ChildLine`. It ends with its input, so that it never outlives who started it.
 */
import { createInterface } from 'node:readline';
import { wire } from '../../lib/wiring.ts';
import { reconcile } from '../../lib/pass/reconcile.ts';
import type { PassRequest } from '../../lib/pass/request.types.ts';
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

async function make(request: PassRequest): Promise<void> {
  try {
    const result = await reconcile(request, deps);
    say({ kind: 'result', result });
  } catch (error) {
    const { name, message } = error as Error;
    say({ kind: 'error', name, message });
  }
}

const lines = createInterface({ input: process.stdin });
lines.on('line', (line) => void make(JSON.parse(line) as PassRequest));
lines.on('close', () => process.exit(0));
say({ kind: 'ready' });
