import type { Clock } from '../model/runtime.types.ts';
import type { CommandContext } from './context.ts';

/** For a connection, as it is now. */
export type Patience = (connection: string) => {
  readonly lockTimeoutMs: number;
  readonly waiting: (owner: string) => void;
  readonly stop: AbortSignal;
};

/**
 * How a command waits for the leases of its connections: `--lock-timeout` in all. The time runs from its first wait on, and later
 * waits get what is left of it.
 *
 * @returns the `Patience` for a connection, as it is now: to be asked for right before the lease is
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
