import { counted } from '../../../plan/text/render-guard.ts';
import { neverOwned } from '../../../lease/protocol.ts';
import type { Target } from '../../targets/target.ts';
import { StoreError } from '../../../model/errors/store-error.ts';
import type { Check, Verdict } from './check.ts';
import { check } from './check.ts';

/** Checks that concern all connections, and whether connections can be read at all. */
export interface GeneralChecks {
  readonly checks: readonly Check[];
  readonly isReadable: boolean;
}

/** Checks credentials, tables, permissions and the fingerprint key. */
export async function generalChecks(target: Target): Promise<GeneralChecks> {
  const { deps, diagnosis, writer } = target;
  const { aws, desired, ledger } = diagnosis;
  const identity = aws ? [await check('credentials', aws.identity)] : [];
  // Without credentials, all other checks would fail in the same way.
  if (identity.some(({ ok }) => !ok)) return { checks: identity, isReadable: false };
  const [tables, others] = await Promise.all([
    Promise.all([
      check(
        desired,
        async () => `readable, ${counted((await target.connections()).length, 'connection')}`,
      ),
      check(ledger, async () => {
        await deps.ledger.lastReport(nobody);
        return 'readable';
      }),
    ]),
    Promise.all([
      check(
        `rights: write to ${ledger}`,
        async () => {
          // The condition never holds, so nothing is written; permissions are checked before it.
          const known = { ...neverOwned, rev: 1, expiresAt: 0 };
          const knock = { kind: 'knock', scope: 'all', expiredBefore: 0 } as const;
          await deps.lease.change(nobody, knock, known);
          return 'granted (plan, apply, approve, pause)';
        },
        judgeRights,
      ),
      ...(writer
        ? [
            check(
              `rights: write to ${desired}`,
              async () => {
                await writer.removeSeen(nobody, 'nothing', { generation: -1 });
                return 'granted (push)';
              },
              judgeRights,
            ),
          ]
        : []),
      check('fingerprint key', async () => {
        await deps.keys();
        return 'readable';
      }),
    ]),
  ]);
  return {
    checks: [...identity, ...tables, ...others],
    isReadable: tables.every(({ ok }) => ok),
  };
}

/** A key that no item has. */
const nobody = 'doctor';

function judgeRights(error: unknown): Verdict {
  if (!(error instanceof StoreError) || error.code !== 'store-denied') return undefined;
  const fix =
    'attach the policy of the stack output TrueupOperatorPolicyArn; `status`, `history` and `pull` work without it';
  return { fix };
}
