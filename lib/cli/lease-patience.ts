import type { Clock } from '../model/runtime.types.ts';
import type { CommandContext } from './context.ts';

/** The patience for a connection at the time of the call. */
export type Patience = (connection: string) => {
  readonly lockTimeoutMs: number;
  readonly waiting: (owner: string) => void;
  readonly stop: AbortSignal;
};

/**
 * Limits how long a command waits for the leases of its connections: `--lock-timeout` in total, starting with the first
 * wait.
 *
 * @returns a function to call right before each lease is acquired
 */
export function leasePatience(
  lockTimeoutMs: number,
  clock: Pick<Clock, 'now'>,
  { output, stop }: Pick<CommandContext, 'output' | 'stop'>,
): Patience {
  let until: number | undefined;
  return (connection: string) => ({
    lockTimeoutMs: until === undefined ? lockTimeoutMs : Math.max(0, until - clock.now()),
    waiting: (owner: string) => {
      until ??= clock.now() + lockTimeoutMs;
      output.say(`${connection}: waiting for the lease, which ${owner} holds`);
    },
    stop,
  });
}
