import { TrueupError } from '../../../model/errors/errors.ts';
import type { Lease } from '../../../lease/lease.ts';
import { mapLimited } from '../../../pass/limited.ts';
import { reconcile } from '../../../pass/reconcile.ts';
import type { CommandContext } from '../../context.ts';
import { CliError } from '../../errors/cli-error.ts';
import { selectConnections } from '../../targets/select.ts';
import type { Target } from '../../targets/target.ts';
import { Changes } from './changes.ts';
import { createLines } from './lines.ts';
import type { Lines } from './lines.ts';

type FilesTarget = Target & { readonly files: NonNullable<Target['files']> };

/** How often the files are checked. */
const lookEveryMs = 1000;
/** When to retry a connection whose lease another command had. */
const busyMs = 10_000;
const atOnce = 4;

/**
 * Runs passes until it is stopped; requests in progress are then finished and recorded.
 *
 * @param operands - connections; all without one
 * @param lease - the lease of the watch itself
 * @throws CliError if another process took that over
 */
export async function watchFiles(
  context: CommandContext,
  target: FilesTarget,
  operands: readonly string[],
  everyMs: number,
  lease: Lease,
): Promise<void> {
  const { stop } = context;
  const { clock } = target.deps;
  const lines = createLines(context, () => clock.now());
  lines.started(await selectConnections(target, operands), everyMs);
  while (!stop.aborted) {
    const began = clock.now();
    // oxlint-disable-next-line no-await-in-loop -- one round after the other
    const { changes, isBusy } = await makeRound(target, operands, lines, stop);
    const until = began + (isBusy ? Math.min(busyMs, everyMs) : everyMs);
    // oxlint-disable-next-line no-await-in-loop
    while (!stop.aborted && clock.now() < until && !(await changes.found())) {
      // oxlint-disable-next-line no-await-in-loop
      await clock.sleep(lookEveryMs, stop);
      // oxlint-disable-next-line no-await-in-loop
      await keep(lease);
    }
  }
  lines.ended();
}

interface Round {
  readonly changes: Changes;
  /** Whether another command had the lease of a connection. */
  readonly isBusy: boolean;
}

/** One pass over each connection, with the current files. If the files cannot be used, no pass is run. */
async function makeRound(
  target: FilesTarget,
  operands: readonly string[],
  lines: Lines,
  stop: AbortSignal,
): Promise<Round> {
  const before = await Changes.since(target.files);
  let current: Target;
  let names: readonly string[];
  try {
    current = await target.files.again();
    names = await selectConnections(current, operands);
    // Connections that were read before need no pass for that.
    await current.files?.secrets();
  } catch (error) {
    if (!(error instanceof TrueupError)) throw error;
    lines.error(error);
    return { changes: before, isBusy: false };
  }
  const changes = await before.of(current.files ?? target.files);
  const passes = await mapLimited(names, atOnce, stop, (name) => pass(current, name, lines, stop));
  await changes.settle();
  return { changes, isBusy: passes?.includes('busy') === true };
}

async function pass(
  { deps }: Target,
  connection: string,
  lines: Lines,
  stop: AbortSignal,
): Promise<'made' | 'busy'> {
  try {
    const result = await reconcile({ connection, trigger: 'schedule', stop }, deps);
    if (result.kind === 'done') {
      for (const report of [result.report, ...result.others]) lines.pass(report);
      return 'made';
    }
    lines.busy(connection);
    return 'busy';
  } catch (error) {
    if (!(error instanceof TrueupError)) throw error;
    lines.error(error, connection);
    return 'made';
  }
}

/**
 * Checks that this process still has the lease: if it was suspended for longer than the lease, another one may have
 * taken over.
 */
async function keep(lease: Lease): Promise<void> {
  await lease.outlive(0);
  try {
    lease.assertOwned(0);
  } catch (error) {
    throw new CliError(
      'locked',
      'another process took over the watch, because this one did not renew its lease',
      'start it again when that process has ended',
      { cause: error },
    );
  }
}
