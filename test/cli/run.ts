import { readCliSettings } from '../../lib/cli/settings.ts';
import { runCli } from '../../lib/cli/run.ts';
import type { ExitCode } from '../../lib/cli/errors/exit-codes.ts';
import type { WiringOptions } from '../../lib/wiring.ts';
import type { EmbeddedWorld } from '../../demo/world/embedded-world.ts';

/** What one command line did. */
export interface Ran {
  readonly code: ExitCode;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly environment?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** What somebody types; nobody is there without it. */
  readonly answer?: string | (() => string | undefined);
  readonly stop?: AbortSignal;
  readonly terminal?: boolean;
  /** How wide the terminal is. */
  readonly columns?: number;
  /** Told of what is written to standard error, as it is. */
  readonly heard?: (text: string) => void;
  readonly wiring?: WiringOptions;
}

/** Runs a command line in this process, as `main.ts` does. */
export async function trueup(
  argv: readonly string[],
  {
    environment = {},
    cwd = process.cwd(),
    answer,
    stop,
    terminal = false,
    columns,
    heard,
    wiring,
  }: RunOptions = {},
): Promise<Ran> {
  const written = { stdout: '', stderr: '' };
  const sink = (name: keyof typeof written) => ({
    isTTY: terminal,
    columns,
    write: (text: string) => {
      written[name] += text;
      if (name === 'stderr') heard?.(text);
    },
  });
  const code = await runCli(argv, {
    stdout: sink('stdout'),
    stderr: sink('stderr'),
    stop: stop ?? new AbortController().signal,
    ask: async () => (typeof answer === 'function' ? answer() : answer),
    cwd,
    settings: readCliSettings(environment),
    ...(wiring && { wiring }),
  });
  return { code, ...written };
}

/** Options and environment of a command line on the tables of an embedded world. */
export function onTables(world: EmbeddedWorld, clock?: WiringOptions['clock']) {
  const { desiredTable, ledgerTable, allowedHosts, fingerprintSecret } = world.settings;
  const options: RunOptions = {
    environment: {
      TRUEUP_ALLOWED_HOSTS: allowedHosts,
      TRUEUP_FINGERPRINT_SECRET: fingerprintSecret,
    },
    wiring: { endpoints: world.endpoints, random: () => 0, ...(clock && { clock }) },
  };
  const tables = ['--desired-table', desiredTable, '--ledger-table', ledgerTable];
  return {
    options,
    run: (argv: readonly string[], more: RunOptions = {}) =>
      trueup([...argv, ...tables], { ...options, ...more }),
  };
}
