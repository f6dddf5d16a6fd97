import type { ChangeRecord, PassReport, Pause, ServerRecord } from '../../lib/core/ledger.types.ts';
import type { Approval, HeldPlan, Ledger } from '../../lib/reconcile/ports/ledger.ts';
import { LostUpdateError, StoreError } from '../../lib/reconcile/ports/store-error.ts';

const byText = (a: string, b: string) => (a < b ? -1 : 1);

const day = 86_400_000;
const lives = { held: 7 * day, approval: day, past: 90 * day };

/** What a connection's ledger holds. */
interface LedgerItems {
  readonly pauses: Map<string, Pause>;
  readonly servers: Map<string, ServerRecord>;
  /** Marks by server. */
  readonly resend: Map<string, Set<string>>;
  readonly changes: ChangeRecord[];
  readonly declared: { readonly id: string; readonly contentHash: string }[];
  readonly held: Map<string, { readonly plan: HeldPlan; readonly at: number }>;
  readonly approvals: Map<string, Approval>;
  readonly reports: { readonly report: PassReport; readonly didSomething: boolean }[];
}

/** `Ledger` in memory: each call is one atomic step, and what comes back is the caller's own. */
export function memoryLedger(
  now: () => number,
): Ledger & { readonly of: (connection: string) => LedgerItems } {
  const items = new Map<string, LedgerItems>();
  const of = (connection: string) => {
    const known: LedgerItems = items.get(connection) ?? {
      pauses: new Map(),
      servers: new Map(),
      resend: new Map(),
      changes: [],
      declared: [],
      held: new Map(),
      approvals: new Map(),
      reports: [],
    };
    items.set(connection, known);
    return known;
  };
  const lost = (id: string) =>
    new LostUpdateError('lost-update', `server#${id} was written by somebody else`);
  const heldOf = (connection: string, digest: string) => {
    const found = of(connection).held.get(digest);
    return found && found.at + lives.held > now() ? found.plan : undefined;
  };
  const isSince = (at: string, since = '') => at >= since && Date.parse(at) + lives.past > now();

  return {
    of,
    read: async (connection, ids) => {
      const { pauses, servers, resend } = of(connection);
      const isIn = (id: string | undefined) => id === undefined || !ids || ids.includes(id);
      return structuredClone({
        pauses: [...pauses.values()].filter(({ id }) => isIn(id)),
        servers: new Map([...servers].filter(([id]) => isIn(id))),
        resend: new Map([...resend].filter(([id]) => isIn(id))),
      });
    },
    writeServer: async (connection, record) => {
      const { servers } = of(connection);
      if ((servers.get(record.id)?.rev ?? 0) !== record.rev) throw lost(record.id);
      const next = structuredClone({ ...record, rev: record.rev + 1 });
      servers.set(record.id, next);
      return structuredClone(next);
    },
    forgetServer: async (connection, { id, rev }) => {
      const { servers } = of(connection);
      const found = servers.get(id);
      if (found && found.rev !== rev) throw lost(id);
      servers.delete(id);
    },
    markResend: async (connection, id, mark) => {
      const { resend } = of(connection);
      resend.set(id, (resend.get(id) ?? new Set()).add(mark));
    },
    clearResend: async (connection, id, marks) => {
      const { resend } = of(connection);
      const left = [...(resend.get(id) ?? [])].filter((mark) => !marks.has(mark));
      if (left.length === 0) resend.delete(id);
      else resend.set(id, new Set(left));
    },
    addChange: async (connection, change) => {
      of(connection).changes.push(structuredClone(change));
    },
    addDeclared: async (connection, id, contentHash) => {
      of(connection).declared.push({ id, contentHash });
    },
    approvals: async (connection, at) =>
      [...of(connection).approvals.values()].filter(
        (approval) => Date.parse(approval.at) + lives.approval > at,
      ),
    putHeld: async (connection, plan) => {
      const known = heldOf(connection, plan.digest);
      of(connection).held.set(plan.digest, { plan: known ?? structuredClone(plan), at: now() });
    },
    held: async (connection, digest) => structuredClone(heldOf(connection, digest)),
    heldDigests: async (connection, prefix = '') =>
      [...of(connection).held.keys()]
        .filter((digest) => digest.startsWith(prefix) && heldOf(connection, digest))
        .toSorted(byText),
    approve: async (connection, approval) => {
      const hashes = approval.hashes ?? heldOf(connection, approval.digest)?.hashes;
      if (!hashes) throw new StoreError('store-absent', 'there is no held plan of this digest');
      of(connection).approvals.set(approval.digest, { ...approval, hashes });
    },
    putReport: async (connection, report, didSomething) => {
      of(connection).reports.push({ report: structuredClone(report), didSomething });
    },
    lastReport: async (connection) => {
      const { report } = of(connection).reports.at(-1) ?? {};
      return report && structuredClone(report);
    },
    history: async (connection, { server, since, limit } = {}) =>
      of(connection)
        .changes.toReversed()
        .toSorted((a, b) => (a.at > b.at ? -1 : a.at < b.at ? 1 : 0))
        .filter((one) => (server === undefined || one.server === server) && isSince(one.at, since))
        .slice(0, limit),
    reports: async (connection, { since, limit } = {}) =>
      of(connection)
        .reports.filter(
          ({ didSomething, report }) => didSomething && isSince(report.startedAt, since),
        )
        .map(({ report }) => report)
        .toSorted((a, b) => (a.startedAt > b.startedAt ? -1 : 1))
        .slice(0, limit),
    pause: async (connection, pause) => {
      of(connection).pauses.set(pause.id ?? '', pause);
    },
    resume: async (connection, id = '') => {
      of(connection).pauses.delete(id);
    },
  };
}
