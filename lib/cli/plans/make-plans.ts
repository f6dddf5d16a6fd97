import { TrueupError } from '../../model/errors/errors.ts';
import { nextAttemptOfConnection } from '../../plan/due.ts';
import type { FailingConnection } from '../../plan/due.ts';
import type { Plan } from '../../plan/plan.types.ts';
import type { Dependencies } from '../../pass/dependencies.types.ts';
import { preview } from '../../pass/preview.ts';
import type { Preview } from '../../pass/preview.ts';
import type { Attended } from '../../pass/request.types.ts';
import { interrupted } from '../errors/cli-error.ts';
import { mapLimited } from '../../pass/limited.ts';
import type { Output } from '../output/output.ts';
import type { Selection } from '../targets/select.ts';

/** A connection's plan, or why it could not be made. */
export type Planned =
  | { readonly selection: Selection; readonly plan: Plan; readonly preview: Preview }
  | {
      readonly selection: Selection;
      readonly error: TrueupError;
      /** What its passes have come to, where they fail too. */
      readonly failing: FailingConnection;
    };

/** Connections that are planned at the same time: each has its own vendor account and rate. */
const atOnce = 8;

/** What passes over the selected connections would do; one that cannot be read leaves the others as they are. */
export async function makePlans(
  deps: Dependencies,
  selections: readonly Selection[],
  options: {
    /** What a person agrees to, for each connection as its turn comes. */
    readonly attended?: (connection: string) => Attended;
    readonly stop: AbortSignal;
    readonly output: Output;
  },
): Promise<readonly Planned[]> {
  const { attended, stop, output } = options;
  let done = 0;
  const showProgress = () => {
    const [first, second] = selections;
    const which = second ? `${done} of ${selections.length} connections` : first?.connection;
    output.progress(`reading ${which}`);
  };
  showProgress();
  const planned = await mapLimited(selections, atOnce, stop, async (selection) => {
    const agreed = attended && { attended: attended(selection.connection) };
    const request = { ...selection, trigger: 'cli' as const, stop, ...agreed };
    try {
      const made = await preview(request, deps);
      return { selection, plan: made.plan, preview: made };
    } catch (error) {
      if (!(error instanceof TrueupError)) throw error;
      return { selection, error, failing: await failingOf(selection, deps) };
    } finally {
      done += 1;
      showProgress();
    }
  });
  output.progress('');
  if (!planned) throw interrupted();
  return planned;
}

/** What is known of it without the gateway: this must not hide why the plan failed. */
async function failingOf(
  { connection }: Selection,
  { lease }: Pick<Dependencies, 'lease'>,
): Promise<FailingConnection> {
  const item = await lease.read(connection).catch(() => undefined);
  return nextAttemptOfConnection(item?.retry);
}
