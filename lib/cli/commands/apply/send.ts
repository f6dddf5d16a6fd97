import { TrueupError } from '../../../model/errors/errors.ts';
import { reconcile } from '../../../pass/reconcile.ts';
import type { PassResult } from '../../../pass/request.types.ts';
import type { Dependencies } from '../../../pass/dependencies.types.ts';
import type { Output } from '../../output/output.ts';
import { mapLimited } from '../../../pass/limited.ts';
import { hashesOf } from '../../plans/plan-document.ts';
import type { Agreed } from './agreed.ts';
import { showProgress } from './progress.ts';

/** What became of it. */
export type Sent = Agreed &
  (
    | { readonly result: Extract<PassResult, { kind: 'done' }> }
    | { readonly lockedBy: string }
    | { readonly error: TrueupError }
    | { readonly skipped: true }
  );

export interface SendOptions {
  readonly deps: Dependencies;
  readonly output: Output;
  readonly stop: AbortSignal;
  /** Whether it was confirmed: then the guard lets pass what was shown. */
  readonly approved: boolean;
  /** Who called the command. */
  readonly by: string;
  readonly lockTimeoutMs: number;
}

const atOnce = 4;

const stopping = 'interrupted: finishing what is in flight; Ctrl-C again leaves at once';

/** Makes a pass over each connection, which sends those of the shown changes that are still wanted. */
export async function send(
  agreed: readonly Agreed[],
  { deps, output, stop, approved, by, lockTimeoutMs }: SendOptions,
): Promise<readonly Sent[]> {
  const progress = showProgress(agreed, output);
  const sent = new Map<Agreed, Sent>();
  const one = async (agreement: Agreed): Promise<Sent> => {
    const { selection, plan } = agreement;
    const { connection } = selection;
    const attended = {
      shown: new Set(hashesOf(plan)),
      approved,
      lockTimeoutMs,
      waiting: (owner: string) =>
        output.say(`${connection}: waiting for the lease, which ${owner} holds`),
      recorded: (id: string, outcome: string) => progress(connection, id, outcome),
    };
    try {
      const caller = { by, command: 'apply' as const };
      const request = { ...selection, trigger: 'cli' as const, caller, attended, stop };
      const result = await reconcile(request, deps);
      if (result.kind === 'done') return { ...agreement, result };
      return {
        ...agreement,
        lockedBy: result.kind === 'locked' ? result.owner : 'another process',
      };
    } catch (error) {
      if (!(error instanceof TrueupError)) throw error;
      return { ...agreement, error };
    }
  };
  const sayStopping = () => output.note(stopping);
  stop.addEventListener('abort', sayStopping);
  await mapLimited(agreed, atOnce, stop, async (agreement) => {
    sent.set(agreement, await one(agreement));
  });
  stop.removeEventListener('abort', sayStopping);
  output.progress('');
  return agreed.map((agreement) => sent.get(agreement) ?? { ...agreement, skipped: true });
}
