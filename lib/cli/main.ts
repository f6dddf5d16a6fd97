import { createInterface } from 'node:readline/promises';
import { exitCodes } from './exit-codes.ts';
import { runCli } from './run.ts';

const stop = new AbortController();

function onSignal(): void {
  if (stop.signal.aborted) process.exit(exitCodes.interrupted);
  stop.abort();
  process.stderr.write(
    '\ninterrupted: what is in flight is finished and recorded; once more to leave at once\n',
  );
}

async function ask(question: string): Promise<string | undefined> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) return undefined;
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  // A line editor takes Ctrl-C for itself.
  terminal.on('SIGINT', onSignal);
  try {
    return await terminal.question(question, { signal: stop.signal });
  } catch (error) {
    if (!stop.signal.aborted) throw error;
    return undefined;
  } finally {
    terminal.close();
  }
}

process.on('SIGINT', onSignal);
process.on('SIGTERM', onSignal);
// A reader that goes away, such as `head`, is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

const exitCode = await runCli(process.argv.slice(2), {
  stdout: process.stdout,
  stderr: process.stderr,
  stop: stop.signal,
  ask,
  cwd: process.cwd(),
});
process.exitCode = exitCode;
