import { Option } from 'commander';
import { ownerText } from '../../../lease/owner-text.ts';
import { Lease } from '../../../lease/lease.ts';
import { defineCommand } from '../../command.ts';
import { CliError, usageError } from '../../errors/cli-error.ts';
import { exitCodes } from '../../errors/exit-codes.ts';
import { milliseconds } from '../../option-values.ts';
import type { Target } from '../../targets/target.ts';
import { watchFiles } from './watch-files.ts';

const shortestMs = 10_000;

/** The lease of a watch on a state folder. Not a valid connection name. */
const watchLease = '#watch';

export const watch = defineCommand<{ every: number }>({
  description:
    'Runs passes from files, every few minutes and when a file changes, until SIGTERM or Ctrl-C; for gateways without AWS. Passes are unattended, so modes, pauses and the guard apply. Prints one line for each pass; with -o json one JSON document per line.',
  examples: [
    { line: 'trueup watch --file trueup.yaml', does: 'all connections, every five minutes' },
    {
      line: 'trueup watch --file /etc/trueup --secrets secrets.json --every 1m -o json',
      does: 'all files of a folder, every minute, for a log collector',
    },
  ],
  configure: (command) => {
    command
      .argument('[connection...]', 'connections. Defaults to all')
      .addOption(
        new Option('--every <time>', 'time between two passes')
          .argParser(milliseconds)
          .default(300_000, '5m'),
      );
  },
  run: async (context, operands, { every: everyMs }) => {
    if (everyMs < shortestMs) {
      throw usageError(
        '--every is too short',
        'pass 10s or more; changed files are detected at once anyway',
      );
    }
    const target = await context.target();
    const { files } = target;
    if (!files) {
      throw usageError(
        `${target.name}: watch makes passes from files`,
        'in a deployment the functions run the passes; `trueup reconcile` requests one',
      );
    }
    const lease = await acquire(target);
    try {
      await watchFiles(context, { ...target, files }, operands, everyMs, lease);
    } finally {
      await lease.release('clear').finally(() => lease.end());
    }
    return exitCodes.ok;
  },
});

/** @throws CliError if another process watches with the same state */
async function acquire({ deps }: Target): Promise<Lease> {
  const lease = await Lease.acquire(watchLease, deps);
  if (lease instanceof Lease) return lease;
  throw new CliError(
    'locked',
    `${ownerText(lease)} watches with the same state folder`,
    'stop that process first, or pass another folder: --state DIR',
  );
}
