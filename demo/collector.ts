import type { PassReport } from '../lib/model/ledger.types.ts';
import type { Listener } from './listener.ts';

/** Collects the passes for `-o json` in one document, in order. */
export function collector(write: (text: string) => void): Listener {
  const passes: object[] = [];
  const nothing = () => undefined;
  return {
    chapter: nothing,
    happens: nothing,
    planned: nothing,
    approved: nothing,
    passed: (report) => void passes.push(passOf(report)),
    ended: () => write(`${JSON.stringify({ version: 1, passes }, undefined, 2)}\n`),
  };
}

/** The outcomes add up to `servers`. */
function passOf({ counts, vendorCalls, ...report }: PassReport): object {
  return {
    trigger: report.trigger,
    connection: report.connection,
    servers: report.servers,
    inSync: counts.inSync,
    assumed: counts.assumed,
    updated: counts.updated,
    reported: counts.reported,
    held: counts.held,
    waiting: counts.waiting,
    failed: counts.failed,
    refused: counts.refused,
    invalid: counts.invalid,
    missing: counts.missing,
    paused: counts.paused,
    off: counts.off,
    unreached: counts.unreached,
    unsure: counts.unsure,
    created: counts.created,
    deleted: counts.deleted,
    vendorCalls: { list: vendorCalls.list, get: vendorCalls.get, put: vendorCalls.put },
    secretsDecrypted: report.secretsDecrypted,
    credentialsDecrypted: report.credentialsDecrypted,
    durationMs: report.durationMs,
  };
}
