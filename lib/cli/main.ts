import { createInterface } from 'node:readline/promises';
import { setFlagsFromString } from 'node:v8';
import { exitCodes } from './errors/exit-codes.ts';
import { runCli } from './run.ts';

// V8 would let its space of new objects grow to 48 MB, which a plan of many servers then holds beside what it keeps: one of 10,000 takes
// 227 MB with this, 357 MB without, for about a tenth more processor time.
setFlagsFromString('--semi-space-growth-factor=1');

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
  // The line editor handles Ctrl-C itself.
  terminal.on('SIGINT', () => {
    process.stderr.write('\n');
    onSignal();
  });
  // After Ctrl-D the question would never be answered, so it counts as no.
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

// Also handles a closed terminal, so that a PUT in progress is recorded.
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
for (const signal of signals) process.on(signal, onSignal);
let isBroken = false;
// A reader that closes the pipe, such as `head`, is not an error; nor is a closed terminal.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE' || error.code === 'EIO') return;
    const name = stream === process.stdout ? 'output' : 'error output';
    if (!isBroken) {
      const what = `error: the ${name} cannot be written: ${error.code ?? error.message}`;
      const next = 'next: write it to another place, or free disk space';
      process.stderr.write(`${what}\n${next}\n`);
    }
    isBroken = true;
    process.exitCode = exitCodes.failed;
    // Requests in progress are finished.
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
// Everything is closed now, so a signal ends the process even if a slow reader has not read all output.
for (const signal of signals) process.off(signal, onSignal);
await Promise.all([process.stdout, process.stderr].map(written));
process.exit();

/** Resolves once all output is written or has failed. */
function written(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    // An error is emitted as an event afterwards.
    stream.write('', () => setImmediate(resolve));
  });
}
