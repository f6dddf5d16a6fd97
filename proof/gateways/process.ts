import type { ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** Far longer than it takes on a busy machine: half a minute on an idle one. */
const startMs = 240_000;

/** What makes a Python program end when its standard input does, which another one has: `main` is what starts it. */
export const endsWithParent = (main: string): string => `
import os, signal, threading, time
def watch():
    while os.read(0, 1):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(10)
    os.killpg(0, signal.SIGKILL)
threading.Thread(target=watch, daemon=True).start()
${main}
`;

/**
 * Waits until `isUp`.
 *
 * @throws Error with the end of its log if the process ends before, or it takes too long
 */
export async function untilUp(
  name: string,
  child: ChildProcess,
  log: string,
  isUp: () => Promise<boolean>,
): Promise<void> {
  const end = performance.now() + startMs;
  for (;;) {
    if (performance.now() > end) throw new Error(`${name} did not answer in ${startMs} ms`);
    if (child.exitCode !== null || child.signalCode !== null) {
      const said = readFileSync(log, 'utf8').trimEnd().split('\n');
      const how = child.signalCode ?? child.exitCode;
      throw new Error(`${name} ended with ${how}:\n${said.slice(-20).join('\n')}`);
    }
    // oxlint-disable-next-line no-await-in-loop -- until it answers
    if (await isUp()) return;
    // oxlint-disable-next-line no-await-in-loop -- until it answers
    await sleep(250);
  }
}

/** Whether a GET is answered with 200. */
export async function answers(url: string): Promise<boolean> {
  return fetch(url).then(
    (response) => response.ok,
    () => false,
  );
}

/** Stops a process and what it started, in a group of their own; with SIGKILL after 10 s. */
export async function stopGroup(
  child: ChildProcess | undefined,
  by: NodeJS.Signals = 'SIGTERM',
): Promise<void> {
  if (!child || child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise<void>((done) => void child.once('exit', () => done()));
  signal(child, by);
  const late = setTimeout(() => signal(child, 'SIGKILL'), 10_000);
  await ended;
  clearTimeout(late);
  // What it started again while it ended, as LiteLLM may its query engine, is in its group.
  signal(child, 'SIGKILL');
}

function signal({ pid }: ChildProcess, name: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
