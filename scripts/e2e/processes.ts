import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';

/** The output and exit code of a program. */
export interface Ran {
  /** Absent if it was killed. */
  readonly code: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly timeoutMs: number;
  /** Is called with what it writes to standard error, as it writes it. */
  readonly heard?: (text: string) => void;
}

/** A program that was started, with the programs that it starts. */
export interface Started {
  readonly child: ChildProcess;
  /** Asks all processes of the group to end, and kills those that are left after three seconds. */
  readonly end: () => Promise<void>;
}

/** Programs, each in its own process group, so that the programs that they start end with them. */
export interface Processes {
  /** @throws Error after all have been ended */
  readonly start: (file: string, parameters: readonly string[], options: SpawnOptions) => Started;
  /** Runs a program to its end. */
  readonly run: (file: string, parameters: readonly string[], options: RunOptions) => Promise<Ran>;
  /** Ends all that still run, and refuses to start more. */
  readonly endAll: () => Promise<void>;
}

export function processes(): Processes {
  const running = new Set<Started>();
  let isOver = false;

  function start(file: string, parameters: readonly string[], options: SpawnOptions): Started {
    if (isOver) throw new Error(`${file} is not started: the run was stopped`);
    const child = spawn(file, parameters, { ...options, detached: true });
    const { promise: ended, resolve } = Promise.withResolvers<void>();
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
    const started: Started = {
      child,
      end: async () => {
        signalGroup(child.pid, 'SIGTERM');
        await Promise.race([ended, sleep(3000, undefined, { ref: false })]);
        signalGroup(child.pid, 'SIGKILL');
        await ended;
        running.delete(started);
      },
    };
    running.add(started);
    return started;
  }

  async function run(
    file: string,
    parameters: readonly string[],
    { cwd, env, timeoutMs, heard = () => undefined }: RunOptions,
  ): Promise<Ran> {
    const started = start(file, parameters, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    const { child } = started;
    let [stdout, stderr] = ['', ''];
    child.stdout?.on('data', (data: Buffer) => (stdout += data.toString()));
    child.stderr?.on('data', (data: Buffer) => {
      stderr += data.toString();
      heard(data.toString());
    });
    const late = setTimeout(() => signalGroup(child.pid, 'SIGKILL'), timeoutMs);
    try {
      const [code] = (await once(child, 'close')) as [number | null];
      return { code: code ?? undefined, stdout, stderr };
    } finally {
      clearTimeout(late);
      await started.end();
    }
  }

  return {
    start,
    run,
    endAll: async () => {
      isOver = true;
      await Promise.all([...running].map(({ end }) => end()));
    },
  };
}

/** Signals the process and those that it started, if they still exist. */
function signalGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
