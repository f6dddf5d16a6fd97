import { randomUUID } from 'node:crypto';
import type { Pause, ServerRecord } from '../model/ledger.types.ts';
import type { Ledger, LedgerState } from './ledger.types.ts';
import type { Clock } from '../model/runtime.types.ts';
import { LostUpdateError } from '../model/errors/store-error.ts';
import { storeProblem } from '../table/store-errors.ts';
import { nextRevision, revisionToWrite } from '../table/table.ts';
import type { Item, Table } from '../table/table.ts';
import { heldPlans } from './held-plans.ts';
import { labels } from './labels.ts';
import { history } from './history.ts';
import { pushed } from './pushed.ts';
import { reports } from './reports.ts';
import { idIn, keys, passRange } from './keys.ts';
import { pauseIn, pauses, pausesOfBound } from './pauses.ts';
import { marksIn, resendMarks } from './resend-marks.ts';
import { serverRecord, serverValue } from './server-record.ts';
import { serverIdIn } from '../model/names/server-key.ts';

export interface LedgerOptions {
  readonly table: Table;
  readonly clock: Clock;
  /** Unique texts, for keys of history. Defaults to `crypto.randomUUID`. */
  readonly ids?: () => string;
}

/**
 * The ledger in a table; `keys.ts` lists its items. A malformed server item fails the passes of its connection with a
 * `StoreError` that names the item; other connections are not affected.
 */
export function openLedger({ table, clock, ids = randomUUID }: LedgerOptions): Ledger {
  const lost = (connection: string, item: string) =>
    new LostUpdateError('lost-update', `${item} of ${connection} was written by another process`, {
      context: { table: table.name, connection, item },
    });

  const past = history(table, clock, ids);
  const known = labels(table, clock);

  return {
    read: async (connection, wanted) => {
      const items =
        wanted === undefined
          ? await table.query(connection, passRange)
          : await table.getMany(connection, [
              keys.pause,
              ...wanted.flatMap((id) => [keys.pauseOf(id), keys.resend(id), keys.server(id)]),
            ]);
      const state = stateIn(table, connection, items);
      const paused = await pausesOfBound(state.pauses, () => known.labels(connection));
      return { ...state, pauses: paused };
    },

    writeServer: async (connection, record) => {
      const key = keys.server(record.id);
      const value = serverValue(record);
      if (!value) {
        const at = { call: 'ledger write', store: table.name, connection, item: key };
        throw storeProblem('store-too-large', at, 'the record of its fields is larger than 400 KB');
      }
      const rev = revisionToWrite(record.rev, clock.now());
      if (!(await table.put(connection, key, value, rev))) throw lost(connection, key);
      return { ...record, rev: nextRevision(rev) };
    },

    forgetServer: async (connection, { id, rev }) => {
      const key = keys.server(id);
      if (!(await table.remove(connection, key, rev))) throw lost(connection, key);
    },

    ...known,
    ...pauses(table, past.record, known.labels),
    ...resendMarks(table),
    ...past,
    ...pushed(table, clock),
    ...reports(table, clock),
    ...heldPlans(table, clock, past.record),
  };
}

/** @throws StoreError that names the item if a server's item or its marks are malformed */
function stateIn(table: Table, connection: string, items: readonly Item[]): LedgerState {
  const found: Pause[] = [];
  const servers = new Map<string, ServerRecord>();
  const resend = new Map<string, ReadonlySet<string>>();
  for (const item of items) {
    const { key } = item;
    const [server, marked, paused] = [serverIdIn(key), idIn(key, 'resend#'), idIn(key, 'pause#')];
    if (server !== undefined) servers.set(server, serverRecord(table, connection, server, item));
    else if (marked !== undefined) resend.set(marked, marksIn(table, connection, item));
    else if (key === keys.pause || paused !== undefined) found.push(pauseIn(paused, item));
  }
  return { pauses: found, servers, resend };
}
