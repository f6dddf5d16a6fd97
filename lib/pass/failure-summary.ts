import { differing, failureOutcomes, failureReason } from '../model/errors/failure-reason.ts';
import type { FailureReason } from '../model/errors/failure-reason.ts';
import type { PassReport, Reason, ServerRecord, Time } from '../model/ledger.types.ts';
import type { Outcome } from '../model/outcome.ts';

/** A server after a pass. */
export interface LeftServer {
  readonly outcome: Outcome;
  readonly reason?: Reason;
  /** Its ledger item, if there is one. */
  readonly record?: Pick<ServerRecord, 'outcome' | 'since'> | undefined;
  /** Since when it is not known whether it was created or deleted; absent if it is known. */
  readonly openSince?: Time | undefined;
}

/**
 * The failures after a pass: the number of failing servers by reason (including the pass itself if it ended early), and
 * since when the oldest one fails. Servers that were not reached count with their state in the ledger.
 */
export function failureSummary(
  servers: readonly LeftServer[],
  passReason: Reason | undefined,
): Pick<PassReport, 'failures' | 'differsSince' | 'failingSince' | 'unsureSince'> {
  const failures: Partial<Record<FailureReason, number>> = {};
  const count = (code: string) => {
    const reason = failureReason(code);
    failures[reason] = (failures[reason] ?? 0) + 1;
  };
  for (const { outcome, reason } of servers) {
    if (failureOutcomes.has(outcome)) count(reason?.code ?? outcome);
  }
  if (passReason) count(passReason.code);
  const differsSince = oldest(servers, differing);
  const failingSince = oldest(servers, failureOutcomes);
  const unsureSince = [oldest(servers, unsure) ?? [], ...servers.flatMap(stillOpen)]
    .flat()
    .toSorted()[0];
  return {
    ...(Object.keys(failures).length > 0 && { failures }),
    ...(differsSince !== undefined && { differsSince }),
    ...(failingSince !== undefined && { failingSince }),
    ...(unsureSince !== undefined && { unsureSince }),
  };
}

const unsure: ReadonlySet<Outcome> = new Set(['unsure']);
/** A user took these out. No other outcome shows whether a server exists: the row may be invalid, or a read fail. */
const leftAlone: ReadonlySet<Outcome> = new Set(['off', 'paused']);

function stillOpen({ outcome, openSince }: LeftServer): readonly Time[] {
  return openSince !== undefined && !leftAlone.has(outcome) ? [openSince] : [];
}

function oldest(servers: readonly LeftServer[], among: ReadonlySet<Outcome>): Time | undefined {
  return servers
    .flatMap(({ outcome, record }) => {
      const isSo = record && (outcome === 'unreached' || outcome === record.outcome);
      return isSo && among.has(record.outcome) ? [record.since] : [];
    })
    .toSorted()[0];
}
