/**
 * `npm run test:shake [-- --runs N] [PATTERN ...]`: the tests alone, and the same beside two loops that keep two cores busy, each N
 * times. N defaults to five, the tests to all; patterns are those of Jest. Fails if a run fails, after all of them: a test that
 * fails now and then is broken.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { parseArgs } from 'node:util';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { runs: { type: 'string', default: '5' } },
});
const parameters =
  positionals.length === 0 ? ['test'] : ['run', '--silent', 'test:fast', '--', ...positionals];
const runs = Number(values.runs);
if (!Number.isInteger(runs) || runs < 1) throw new Error('--runs takes a whole number from 1 on');

const loops = new Set<ChildProcess>();
let running: ChildProcess | undefined;

/** A loop ends with this process even if nothing here can end it: its standard input closes. */
const loop = `
  process.stdin.on('end', () => process.exit()).resume();
  const turn = () => { for (const end = performance.now() + 100; performance.now() < end;); setImmediate(turn); };
  turn();`;

function startLoops(): void {
  for (let n = 0; n < 2; n += 1) {
    loops.add(spawn(process.execPath, ['-e', loop], { stdio: ['pipe', 'ignore', 'inherit'] }));
  }
}

process.on('exit', () => {
  for (const child of loops) child.kill('SIGKILL');
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    // The whole group: npm's child has children of its own.
    if (running?.pid !== undefined) process.kill(-running.pid, 'SIGTERM');
    process.exit(1);
  });
}

/** What a failed run wrote is shown whole. */
async function run(name: string): Promise<boolean> {
  const from = performance.now();
  const child = spawn('npm', parameters, { detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  running = child;
  const written: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => written.push(chunk));
  }
  const [code] = (await once(child, 'close')) as [number | null];
  running = undefined;
  const seconds = Math.round((performance.now() - from) / 1000);
  if (code !== 0) process.stdout.write(Buffer.concat(written));
  process.stdout.write(`${name}: ${code === 0 ? 'passed' : 'failed'} in ${seconds} s\n`);
  return code === 0;
}

let failed = 0;
for (const kind of ['alone', 'beside two busy loops']) {
  if (kind !== 'alone') startLoops();
  for (let nth = 1; nth <= runs; nth += 1) {
    // oxlint-disable-next-line no-await-in-loop -- one run at a time: each has the machine to itself
    if (!(await run(`${nth} of ${runs} ${kind}`))) failed += 1;
  }
}
process.stdout.write(`${2 * runs - failed} of ${2 * runs} runs passed\n`);
process.exit(failed === 0 ? 0 : 1);
