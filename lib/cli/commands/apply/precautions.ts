import type { FingerprintKeys } from '../../../model/fingerprint.types.ts';
import type { Plan } from '../../../plan/plan.types.ts';
import type { LedgerState } from '../../../ledger/ledger.types.ts';
import { usageError } from '../../errors/cli-error.ts';
import { counted } from '../../../plan/text/render-guard.ts';
import type { Agreed } from './agreed.ts';

/**
 * Warnings to show before apply continues; usually empty.
 *
 * @param refuseAdoption - true in CI, with declarations and the ledger in files, without `--adopt`
 * @throws CliError if all secrets would be sent again only because the ledger is missing
 */
export function takePrecautions(
  agreed: readonly Agreed[],
  keys: FingerprintKeys,
  refuseAdoption: boolean,
): readonly string[] {
  return agreed.flatMap(({ plan, preview }) => {
    const { ledger } = preview.earlier.seen;
    if (refuseAdoption && ledger.servers.size === 0 && sendsSecrets(plan)) throw noLedger(plan);
    const lost = unverifiable(ledger, keys);
    return lost === 0
      ? []
      : [
          `${plan.connection}: the fingerprint key of ${counted(lost, 'server')} is lost; what cannot be read there is assumed, and cannot be verified until it is sent again`,
        ];
  });
}

/** Whether secrets are sent because the ledger has no record of them. */
function sendsSecrets({ changes }: Plan): boolean {
  return changes.some(
    (server) =>
      server.outcome !== 'reported' &&
      server.changes.some(({ cause, after }) => cause === 'adopt' && after.kind === 'secret'),
  );
}

function noLedger({ connection }: Plan) {
  return usageError(
    `there is no ledger for ${connection}: every secret would be sent again, as in each run that starts without a ledger`,
    'keep the folder of --state between runs, or pass --adopt in the first run',
  );
}

function unverifiable({ servers }: LedgerState, { current, previous }: FingerprintKeys): number {
  const known = new Set([current.id, ...previous.map(({ id }) => id)]);
  return [...servers.values()].filter(({ applied }) =>
    Object.values(applied).some(({ fingerprint }) => !known.has(fingerprint.keyId)),
  ).length;
}
