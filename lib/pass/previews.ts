import { TrueupError } from '../model/errors/errors.ts';
import { nextAttemptOfConnection } from '../plan/due.ts';
import type { FailingConnection } from '../plan/due.ts';
import type { Plan } from '../plan/plan.types.ts';
import type { Dependencies } from './dependencies.types.ts';
import { mapLimited } from './limited.ts';
import { preview } from './preview.ts';
import type { Preview } from './preview.ts';
import type { Attended } from './request.types.ts';

/** The scope of a plan: the whole connection, or some servers. */
export interface Planning {
  readonly connection: string;
  /** Ids; absent means all. */
  readonly servers?: readonly string[];
}

/** A connection's plan, or why it could not be made. */
export type Planned =
  | { readonly selection: Planning; readonly plan: Plan; readonly preview: Preview }
  | {
      readonly selection: Planning;
      readonly error: TrueupError;
      /** The state of its passes, if they fail too. */
      readonly failing: FailingConnection;
    };

/** Number of connections that are planned concurrently; each has its own vendor account and rate limit. */
const atOnce = 8;

/**
 * Plans of the selected connections. A connection that cannot be read does not affect the others.
 *
 * @returns undefined if it was stopped
 */
export async function previews(
  deps: Dependencies,
  selections: readonly Planning[],
  options: {
    /** The attended options for each connection. */
    readonly attended?: ((connection: string) => Attended) | undefined;
    readonly stop: AbortSignal;
    /** Called after each connection. */
    readonly planned?: () => void;
  },
): Promise<readonly Planned[] | undefined> {
  const { attended, stop } = options;
  return mapLimited(selections, atOnce, stop, async (selection) => {
    const agreed = attended && { attended: attended(selection.connection) };
    const request = { ...selection, trigger: 'cli' as const, stop, ...agreed };
    try {
      const made = await preview(request, deps);
      return { selection, plan: made.plan, preview: made };
    } catch (error) {
      if (!(error instanceof TrueupError)) throw error;
      return { selection, error, failing: await failingOf(selection, deps) };
    } finally {
      options.planned?.();
    }
  });
}

/** The connection's state in the lease. An error here must not hide why the plan failed. */
async function failingOf(
  { connection }: Planning,
  { lease }: Pick<Dependencies, 'lease'>,
): Promise<FailingConnection> {
  const item = await lease.read(connection).catch(() => undefined);
  return nextAttemptOfConnection(item?.retry);
}
