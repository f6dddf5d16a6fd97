import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Settings } from '../../functions/settings.ts';
import type { EmbeddedWorld } from '../../demo/world/embedded-world.ts';
import type { PassRequest, PassResult } from '../../lib/pass/request.types.ts';
import type { ReconcileSettings } from '../../lib/lease/settings.types.ts';

/** What a child is told when it starts. */
export interface ChildSetup {
  readonly settings: Settings;
  readonly endpoints: EmbeddedWorld['endpoints'];
  readonly times: ReconcileSettings;
  readonly owner: string;
  /** Where ledger and lease are. Defaults to the table. */
  readonly stateFile?: string;
}

export type ChildLine =
  | { readonly kind: 'ready' }
  | { readonly kind: 'result'; readonly result: PassResult }
  | { readonly kind: 'error'; readonly name: string; readonly message: string };

/** A process that makes passes. */
export interface Child {
  readonly pid: number;
  /** Asks for a pass; resolves when it is over. @throws Error if the process ended, or the pass threw */
  readonly pass: (request: PassRequest) => Promise<PassResult>;
  /** Sends a signal to this process, no other. */
  readonly signal: (signal: 'SIGSTOP' | 'SIGCONT') => void;
  /** Ends it as `kill -9` does; resolves when it is gone. */
  readonly kill: () => Promise<void>;
}

const alive = new Set<Child>();
const startMs = 120_000;

/** Ends every process that was started and is still there. */
export async function killChildren(): Promise<void> {
  await Promise.all([...alive].map((child) => child.kill()));
}

/** What runs in it: a pass as asked for, or the scheduled function, over all connections. */
export type ChildEntry = 'pass-child.ts' | 'function-child.ts';

/** Starts one, ready for its first pass. */
export async function startChild(setup: ChildSetup, file: ChildEntry): Promise<Child> {
  const entry = `${import.meta.dirname}/${file}`;
  const spawned = spawn(process.execPath, [entry, JSON.stringify(setup)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const exited = once(spawned, 'exit');
  const lines = createInterface({ input: spawned.stdout });
  let waiting: { resolve: (line: ChildLine) => void; reject: (error: Error) => void } | undefined;
  lines.on('line', (line) => waiting?.resolve(JSON.parse(line) as ChildLine));
  spawned.once('exit', () => {
    alive.delete(child);
    waiting?.reject(new Error(`${setup.owner} ended`));
  });
  spawned.stdin.on('error', () => undefined);
  const next = () =>
    new Promise<ChildLine>((resolve, reject) => {
      waiting = { resolve, reject };
      if (spawned.exitCode !== null || spawned.signalCode !== null) {
        reject(new Error(`${setup.owner} ended`));
      }
    });
  const child: Child = {
    pid: spawned.pid ?? 0,
    pass: async (request) => {
      const answer = next();
      spawned.stdin.write(`${JSON.stringify(request)}\n`);
      const line = await answer;
      if (line.kind === 'result') return line.result;
      throw new Error(line.kind === 'error' ? `${line.name}: ${line.message}` : line.kind);
    },
    signal: (signal) => void spawned.kill(signal),
    kill: async () => {
      spawned.kill('SIGKILL');
      await exited;
    },
  };
  alive.add(child);
  const late = setTimeout(() => void child.kill(), startMs);
  try {
    await next();
  } finally {
    clearTimeout(late);
  }
  return child;
}
