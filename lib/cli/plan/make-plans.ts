import { TrueupError } from '../../core/errors.ts';
import { plainText } from '../../core/redact.ts';
import { wrap } from '../../core/wrap.ts';
import type { Plan } from '../../core/plan.types.ts';
import type { Dependencies } from '../../reconcile/dependencies.types.ts';
import { planConnection } from '../../reconcile/plan-connection.ts';
import type { Attended } from '../../reconcile/request.types.ts';
import { CliError } from '../cli-error.ts';
import { exitCodes } from '../exit-codes.ts';
import { mapLimited } from '../map-limited.ts';
import type { Selection } from '../select.ts';

/** A connection's plan, or why there is none. */
export type Planned =
  | { readonly selection: Selection; readonly plan: Plan }
  | { readonly selection: Selection; readonly error: TrueupError };

/** Connections that are planned at the same time: each has its own vendor account and rate. */
const atOnce = 8;

/** What passes over the selected connections would do; one that cannot be read leaves the others as they are. */
export async function makePlans(
  deps: Dependencies,
  selections: readonly Selection[],
  options: {
    readonly attended?: Attended;
    readonly stop: AbortSignal;
    readonly note: (text: string) => void;
  },
): Promise<readonly Planned[]> {
  const { attended, stop, note } = options;
  const planned = await mapLimited(selections, atOnce, stop, async (selection) => {
    const request = { ...selection, trigger: 'cli' as const, stop, ...(attended && { attended }) };
    try {
      await sayHolder(selection.connection, deps, note);
      const { plan } = await planConnection(request, deps);
      return { selection, plan };
    } catch (error) {
      if (!(error instanceof TrueupError)) throw error;
      return { selection, error };
    }
  });
  if (!planned) throw interrupted();
  return planned;
}

/** While somebody reconciles the connection, they grant the reads of others: that may take a while. */
async function sayHolder(
  connection: string,
  { lease, clock }: Dependencies,
  note: (text: string) => void,
): Promise<void> {
  const { owner, expiresAt = 0 } = (await lease.read(connection)) ?? {};
  if (owner === undefined || expiresAt < clock.now()) return;
  const said = `${connection}: ${owner} reconciles it now; reading may wait half a minute`;
  note(wrap(plainText(said), '').join('\n'));
}

/** Ctrl-C before anything was sent. */
export function interrupted(): CliError {
  return new CliError('interrupted', 'interrupted; nothing was sent', 'run it again', {
    exitCode: exitCodes.interrupted,
  });
}
