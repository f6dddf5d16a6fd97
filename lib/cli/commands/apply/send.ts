import { TrueupError } from '../../../model/errors/errors.ts';
import { sendAgreed } from '../../../pass/send-agreed.ts';
import type { PassResult } from '../../../pass/request.types.ts';
import type { Dependencies } from '../../../pass/dependencies.types.ts';
import type { Output } from '../../output/output.ts';
import type { Patience } from '../../lease-patience.ts';
import { mapLimited } from '../../../pass/limited.ts';
import type { Agreed } from './agreed.ts';
import { showProgress } from './progress.ts';

/** The result for one connection. */
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
  /** Whether the plan was confirmed, which also approves its changes for the guard. */
  readonly approved: boolean;
  /** Who called the command. */
  readonly by: string;
  /** Whether servers in mode `report` are updated too, as in the plan. */
  readonly includeReport: boolean;
  /** How long to wait for the lease of a connection, and how to report that. */
  readonly patience: Patience;
}

const atOnce = 4;

const stopping = 'interrupted: finishing requests in progress; press Ctrl-C again to stop at once';

/**
 * Runs a pass over each connection, which sends the shown changes that are still in the plan. Runs none if there is
 * nothing to send or record.
 */
export async function send(
  all: readonly Agreed[],
  { deps, output, stop, approved, includeReport, by, patience }: SendOptions,
): Promise<readonly Sent[]> {
  const progress = showProgress(all, output, approved);
  const sent = new Map<Agreed, Sent>();
  const one = async (agreed: Agreed): Promise<Sent> => {
    const { selection, plan, preview } = agreed;
    const { connection } = selection;
    const agreement = {
      approved,
      includeReport,
      ...patience(connection),
      recorded: (id: string, outcome: string) => progress(connection, id, outcome),
    };
    try {
      const caller = { by, command: 'apply' as const };
      const request = { ...selection, trigger: 'cli' as const, caller, stop };
      const result = await sendAgreed(request, plan, preview, agreement, deps);
      if (result.kind === 'done') return { ...agreed, result };
      return {
        ...agreed,
        lockedBy: result.kind === 'locked' ? result.owner : 'another process',
      };
    } catch (error) {
      if (!(error instanceof TrueupError)) throw error;
      return { ...agreed, error };
    }
  };
  const sayStopping = () => output.note(stopping);
  stop.addEventListener('abort', sayStopping);
  await mapLimited(all, atOnce, stop, async (agreed) => {
    sent.set(agreed, await one(agreed));
  });
  stop.removeEventListener('abort', sayStopping);
  output.progress('');
  return all.map((agreed) => sent.get(agreed) ?? { ...agreed, skipped: true });
}
