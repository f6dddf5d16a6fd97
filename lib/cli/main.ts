import { createInterface } from 'node:readline/promises';
import { exitCodes } from './errors/exit-codes.ts';
import { runCli } from './run.ts';

const stop = new AbortController();

function onSignal(): void {
  if (stop.signal.aborted) {
    process.stderr.write(
      '\nstopped at once; the next run checks the requests that were in flight\n',
    );
    process.exit(exitCodes.interrupted);
  }
  stop.abort();
}

async function ask(question: string): Promise<string | undefined> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) return undefined;
  process.stderr.write('\n');
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  // A line editor takes Ctrl-C for itself.
  terminal.on('SIGINT', () => {
    process.stderr.write('\n');
    onSignal();
  });
  // Ctrl-D leaves the question open for ever; who has no more to say did not say yes.
  let onClose = () => undefined as unknown;
  const closed = new Promise<string>((resolve) => {
    onClose = () => {
      process.stderr.write('\n');
      resolve('');
    };
  });
  terminal.on('close', onClose);
  try {
    return await Promise.race([terminal.question(question, { signal: stop.signal }), closed]);
  } catch (error) {
    if (!stop.signal.aborted) throw error;
    return undefined;
  } finally {
    terminal.off('close', onClose);
    terminal.close();
  }
}

// A terminal that is closed is no reason to leave a PUT unrecorded.
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
for (const signal of signals) process.on(signal, onSignal);
let isBroken = false;
// A reader that goes away, such as `head`, is no error; nor is a terminal.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE' || error.code === 'EIO') return;
    const name = stream === process.stdout ? 'output' : 'error output';
    if (!isBroken) {
      const what = `error: the ${name} cannot be written: ${error.code ?? error.message}`;
      const next = 'next: write it to another place, or free some space';
      process.stderr.write(`${what}\n${next}\n`);
    }
    isBroken = true;
    process.exitCode = exitCodes.failed;
    // What is in flight is finished.
    stop.abort();
  });
}

const exitCode = await runCli(process.argv.slice(2), {
  stdout: process.stdout,
  stderr: process.stderr,
  stop: stop.signal,
  ask,
  cwd: process.cwd(),
});
if (!isBroken) process.exitCode = exitCode;
// All that the command opened is closed. A signal that comes while a slow reader takes the last of the output ends that too.
for (const signal of signals) process.off(signal, onSignal);
await Promise.all([process.stdout, process.stderr].map(written));
process.exit();

/** Resolves once all that was written is with the system, or was found to be impossible to write. */
function written(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    // Its error is an event of its own, which comes after.
    stream.write('', () => setImmediate(resolve));
  });
}
