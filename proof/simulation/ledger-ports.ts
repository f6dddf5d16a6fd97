import type { LeaseStore } from '../../lib/lease/lease-store.ts';
import { labels } from '../../lib/ledger/labels.ts';
import type { Ledger } from '../../lib/ledger/ledger.types.ts';
import type { Table } from '../../lib/table/table.ts';
import { textOf } from './out.ts';
import type { Process } from './scheduler.ts';
import type { World } from './world.ts';

/** Connections whose pauses a process reads again while it sends; it reads their own row beside them. */
const looking = new WeakMap<Process, Set<string>>();

/** Whether the row is read beside the pauses, to see whether a pass may go on: that begins no reading. */
export function isLooking(process: Process, connection: string): boolean {
  return looking.get(process)?.delete(connection) === true;
}

/** The ledger of one process: what it writes is looked at, and each call fares as the scenario says. */
export function ledgerOf(world: World, process: Process): Ledger {
  const { ledger } = world;
  const stepped = labels(steppedTable(world, process), process.clock);
  const call = <T>(name: keyof Ledger, out: unknown, effect: () => Promise<T>) => {
    if (out !== undefined) world.tell({ kind: 'out', to: `ledger.${name}`, text: textOf(out) });
    return world.call(process, `ledger.${name}`, effect);
  };
  return {
    read: (connection, ids) =>
      call('read', undefined, async () => {
        const state = await ledger.read(connection, ids);
        world.tell({ kind: 'ledger-read', process, connection, ids, state });
        return state;
      }),
    writeServer: (connection, record) =>
      call('writeServer', record, async () => {
        const before = (await ledger.read(connection, [record.id])).servers.get(record.id);
        const after = await ledger.writeServer(connection, record);
        world.tell({ kind: 'ledger-write', process, connection, before, after });
        return after;
      }),
    forgetServer: (connection, record) =>
      call('forgetServer', undefined, async () => {
        await ledger.forgetServer(connection, record);
        world.tell({ kind: 'ledger-write', process, connection, before: record, after: undefined });
      }),
    markResend: (connection, id, mark) =>
      call('markResend', mark, async () => {
        await ledger.markResend(connection, id, mark);
        world.tell({ kind: 'resend', connection, id });
      }),
    labels: (...args) => call('labels', undefined, () => ledger.labels(...args)),
    advance: (...args) => {
      world.tell({ kind: 'out', to: 'ledger.advance', text: textOf(args) });
      return stepped.advance(...args);
    },
    clearResend: (...args) => call('clearResend', args, () => ledger.clearResend(...args)),
    record: (connection, record) => call('record', record, () => ledger.record(connection, record)),
    putPushed: (...args) => call('putPushed', args, () => ledger.putPushed(...args)),
    pushed: (...args) => call('pushed', undefined, () => ledger.pushed(...args)),
    approvals: (...args) => call('approvals', undefined, () => ledger.approvals(...args)),
    putHeld: (connection, held) =>
      call('putHeld', held, async () => {
        const { servers } = await ledger.read(connection);
        world.tell({ kind: 'held', process, connection, held, servers });
        return ledger.putHeld(connection, held);
      }),
    held: (...args) => call('held', undefined, () => ledger.held(...args)),
    heldDigests: (...args) => call('heldDigests', undefined, () => ledger.heldDigests(...args)),
    approve: (connection, approval) =>
      call('approve', approval, async () => {
        await ledger.approve(connection, approval);
        world.tell({ kind: 'approved', connection, digest: approval.digest });
      }),
    putReport: (connection, report, didSomething) =>
      call('putReport', report, async () => {
        world.tell({ kind: 'report', process, connection });
        return ledger.putReport(connection, report, didSomething);
      }),
    lastReport: (...args) => call('lastReport', undefined, () => ledger.lastReport(...args)),
    history: (...args) => call('history', undefined, () => ledger.history(...args)),
    reports: (...args) => call('reports', undefined, () => ledger.reports(...args)),
    pauses: (connection) => {
      looking.set(process, (looking.get(process) ?? new Set<string>()).add(connection));
      return call('pauses', undefined, () => ledger.pauses(connection));
    },
    pause: (...args) => call('pause', args, () => ledger.pause(...args)),
    resume: (...args) => call('resume', undefined, () => ledger.resume(...args)),
  };
}

/** Each read and write of a label's items is a step of its own, after which the process may die. */
function steppedTable(world: World, process: Process): Table {
  const { table } = world;
  const step = <T>(what: string, key: string, effect: () => Promise<T>) =>
    world.call(process, `ledger.advance.${what}-${key.split('#', 1)[0]}`, effect);
  return {
    ...table,
    getMany: (connection, all) => step('read', '', () => table.getMany(connection, all)),
    put: (connection, key, value, rev) =>
      step('put', key, async () => {
        const isDone = await table.put(connection, key, value, rev);
        if (isDone) world.tell({ kind: 'label', process, connection, key, value });
        return isDone;
      }),
    remove: (connection, key, rev) =>
      step('remove', key, async () => {
        const isDone = await table.remove(connection, key, rev);
        if (isDone) world.tell({ kind: 'label', process, connection, key, value: undefined });
        return isDone;
      }),
  };
}

/** The same for the lease. */
export function leaseOf(world: World, process: Process): LeaseStore {
  const { lease } = world;
  return {
    read: (connection) => world.call(process, 'lease.read', () => lease.read(connection)),
    change: (connection, event, known) => {
      const { kind } = event;
      const on = `lease.${kind}`;
      if (kind !== 'acquire') world.tell({ kind: 'out', to: on, text: textOf(event) });
      const effect = async () => {
        const decision = await lease.change(connection, event, known);
        const { ok, item } = decision;
        const { epoch, takenOver } = item;
        if (ok && kind === 'acquire') {
          world.tell({ kind: 'acquired', process, connection, epoch, takenOver });
        } else if (ok && (kind === 'renew' || kind === 'release')) {
          world.tell({ kind: 'saved', process, connection, released: kind === 'release' });
        }
        return decision;
      };
      return world.call(process, on, effect, { repeatable: true });
    },
  };
}
