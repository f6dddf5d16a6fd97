import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';

/** A command line, and what its end must be. */
export interface Measured {
  readonly command: readonly [string, ...string[]];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly exitCode: number;
}

/** What a process and all that it started took. */
export interface Usage {
  readonly wallMs: number;
  /** User and system time. */
  readonly cpuMs: number;
  /** The highest resident sets of the processes that were there at the same time, added up, at its most. */
  readonly peakBytes: number;
  readonly stdout: string;
}

const sampleMs = 25;

/**
 * Runs a command under the shell's `time`, which counts the processor time of what was waited for, and meanwhile reads
 * from /proc the highest resident set of each process below it.
 *
 * @throws Error unless it ends as it must
 */
export async function measureProcess(of: Measured): Promise<Usage> {
  const script = 'TIMEFORMAT="%R %U %S"; time "$@" 2>&3';
  const child = spawn('bash', ['-c', script, 'bash', ...of.command], {
    cwd: of.cwd,
    env: { ...process.env, ...of.env },
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  });
  const texts = ['', '', ''];
  for (const [index, stream] of [child.stdout, child.stderr, child.stdio[3]].entries()) {
    stream?.on('data', (part: Buffer) => (texts[index] += part.toString()));
  }
  const closed = once(child, 'close') as Promise<[number | null]>;
  const sampling = new AbortController();
  const sampled = samplePeak(child.pid ?? 0, sampling.signal);
  const [code] = await closed;
  sampling.abort();
  const peakBytes = await sampled;
  const [stdout = '', times = '', stderr = ''] = texts;
  if (code !== of.exitCode) {
    const said = `${stdout.slice(-1500)}${stderr.slice(-1500)}`;
    throw new Error(`${of.command.join(' ')} ended with ${code}, not ${of.exitCode}: ${said}`);
  }
  const [real = 0, user = 0, system = 0] = times.trim().split(' ').map(Number);
  return { wallMs: real * 1000, cpuMs: (user + system) * 1000, peakBytes, stdout };
}

async function samplePeak(shell: number, signal: AbortSignal): Promise<number> {
  let peak = 0;
  while (!signal.aborted) {
    const kilobytes = below(shell).map((pid) =>
      Number(/^VmHWM:\s+(\d+)/m.exec(read(`/proc/${pid}/status`))?.[1] ?? 0),
    );
    const sum = kilobytes.reduce((a, b) => a + b, 0);
    peak = Math.max(peak, sum * 1024);
    // oxlint-disable-next-line no-await-in-loop -- one sample after the other
    await setTimeout(sampleMs, undefined, { signal }).catch(() => undefined);
  }
  return peak;
}

/** Processes that a process started, and what they started: each thread has its own. */
function below(pid: number): number[] {
  const started = readThreads(pid).flatMap((thread) =>
    read(`/proc/${pid}/task/${thread}/children`).split(' ').filter(Boolean).map(Number),
  );
  return started.flatMap((child) => [child, ...below(child)]);
}

function readThreads(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/task`);
  } catch {
    return [];
  }
}

/** Of a process that is gone, nothing. */
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
