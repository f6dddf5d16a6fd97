import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { spawn } from '@lydell/node-pty';
import xterm from '@xterm/headless';
import { childEnvironment } from './child-environment.ts';

const entry = resolve(import.meta.dirname, '../../bin/trueup.mjs');

export interface TerminalOptions {
  readonly cwd: string;
  /** 80 unless given. */
  readonly columns?: number;
  readonly environment?: Readonly<Record<string, string>>;
}

/** `trueup` in a pseudo-terminal of its own, and what somebody would see who sits there. */
export interface CommandInTerminal {
  /** Every byte that it wrote. */
  readonly bytes: () => string;
  /** The rows as they stand: what was written over is gone, what was too long goes on in the next row. */
  readonly screen: () => Promise<readonly string[]>;
  readonly type: (text: string) => void;
  readonly signal: (name: string) => void;
  /** Waits until `pattern` is in the bytes. Fails if the command ends before. */
  readonly until: (pattern: RegExp) => Promise<void>;
  /** Resolves when it is over. */
  readonly ended: Promise<{ readonly exitCode: number; readonly signal?: number | undefined }>;
}

/** Starts a command line in a terminal. */
export function openTerminal(
  argv: readonly string[],
  { cwd, columns = 80, environment = {} }: TerminalOptions,
): CommandInTerminal {
  const size = { cols: columns, rows: 24 };
  const child = spawn(process.execPath, [entry, ...argv], {
    ...size,
    cwd,
    env: { ...childEnvironment, TERM: 'xterm-256color', ...environment },
  });
  const emulator = new xterm.Terminal({ ...size, scrollback: 10_000, allowProposedApi: true });
  let bytes = '';
  let isOver = false;
  child.onData((data) => {
    bytes += data;
    emulator.write(data);
  });
  const ended = new Promise<{ exitCode: number; signal?: number | undefined }>((done) => {
    child.onExit((end) => {
      isOver = true;
      done(end);
    });
  });
  return {
    bytes: () => bytes,
    screen: async () => {
      await new Promise<void>((done) => emulator.write('', done));
      const { active } = emulator.buffer;
      const rows = Array.from({ length: active.length }, (_, at) => active.getLine(at));
      const texts = rows.map((row) => row?.translateToString(true) ?? '');
      return texts.slice(0, texts.findLastIndex((text) => text !== '') + 1);
    },
    type: (text) => child.write(text),
    signal: (name) => child.kill(name),
    until: async (pattern) => {
      while (!pattern.test(bytes)) {
        if (isOver) throw new Error(`it ended before it wrote ${pattern}:\n${bytes}`);
        // oxlint-disable-next-line no-await-in-loop
        await sleep(5);
      }
    },
    ended,
  };
}
