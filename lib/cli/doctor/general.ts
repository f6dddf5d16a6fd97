import { counted } from '../../core/render-guard.ts';
import type { Target } from '../target.ts';
import type { Check } from './check.ts';
import { check } from './check.ts';

/** What all connections have in common: credentials, tables, rights, the fingerprint key. */
export async function generalChecks(target: Target): Promise<readonly Check[]> {
  const { deps, diagnosis, writer, kind } = target;
  const { aws, desired, ledger } = diagnosis;
  const checks: Check[] = [];
  if (aws) checks.push(await check('credentials', aws.identity));
  // Without credentials all else would say the same.
  if (checks.some(({ ok }) => !ok)) return checks;
  const nobody = 'doctor';
  const mend = { mend: rightsMend };
  const asIs = () => undefined;
  checks.push(
    ...(await Promise.all([
      check(
        desired,
        async () => `readable, ${counted((await target.connections()).length, 'connection')}`,
      ),
      check(ledger, async () => {
        await deps.ledger.lastReport(nobody);
        return 'readable';
      }),
      check(
        `rights: write to ${ledger}`,
        async () => {
          // A condition that never holds: who may not write is refused before it is looked at.
          await deps.lease.serve(nobody, { epoch: -1, knocks: -1, running: 'all' });
          return 'granted (apply, approve, pause)';
        },
        kind === 'files' ? asIs : () => mend,
      ),
      ...(writer
        ? [
            check(
              `rights: write to ${desired}`,
              async () => {
                await writer.removeSeen(nobody, 'nothing', { generation: -1 });
                return 'granted (push)';
              },
              () => mend,
            ),
          ]
        : []),
      check('fingerprint key', async () => {
        await deps.keys();
        return 'readable';
      }),
    ])),
  );
  return checks;
}

const rightsMend =
  'attach the policy of the stack output OperatorPolicyArn; `plan`, `status` and `pull` do without';
