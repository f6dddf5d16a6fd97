import { attemptKey } from '../core/attempt-key.ts';
import { classifyFailure } from '../core/failure.ts';
import type { Reason, ServerRecord } from '../core/ledger.types.ts';
import type { PlannedServer } from '../core/plan.types.ts';
import type { Declared } from '../core/plan-server.ts';
import { emptyRecord } from '../core/record.ts';
import type { LedgerState } from '../reconcile/ports/ledger.ts';
import type { DesiredState } from './read/desired.ts';
import type { LiveState } from './read/live.ts';
import { afterFailure, outcomeOfFailure } from './after-failure.ts';
import type { AttemptFailure } from './after-failure.ts';

/** A server that could not be read by itself: its finding, and its ledger record if that is news. */
export interface UnreadServer {
  readonly planned: PlannedServer;
  readonly record?: ServerRecord;
}

/** Findings for the servers whose own GET failed, or was not made because of their backoff. */
export function unreadServers(
  desired: DesiredState,
  ledger: LedgerState,
  live: LiveState,
  secretVersions: ReadonlyMap<string, string>,
  now: number,
  random: () => number,
): ReadonlyMap<string, UnreadServer> {
  const found = new Map<string, UnreadServer>();
  for (const [id, reading] of live.declared) {
    if (reading.kind !== 'unread' && reading.kind !== 'waiting') continue;
    const declared = desired.servers.get(id) as Declared & { valid: true };
    const record = ledger.servers.get(id) ?? emptyRecord(id, now);
    if (reading.kind === 'waiting') {
      found.set(id, { planned: planned(declared, 'waiting', record.reason) });
      continue;
    }
    const { error } = reading;
    const failure: AttemptFailure = {
      class: classifyFailure(error) as AttemptFailure['class'],
      reason: { code: error.code, message: error.message },
      retryAfterMs: error.retryAfterMs,
    };
    const key = attemptKey(declared.server, secretVersions);
    found.set(id, {
      planned: planned(declared, outcomeOfFailure(failure.class), failure.reason),
      record: afterFailure(record, failure, key, now, random()),
    });
  }
  return found;
}

function planned(
  { server }: Declared & { valid: true },
  outcome: PlannedServer['outcome'],
  reason: Reason | undefined,
): PlannedServer {
  return {
    id: server.id,
    ...(server.label !== undefined && { label: server.label }),
    mode: server.policy.mode,
    outcome,
    ...(reason && { reason }),
    changes: [],
  };
}
