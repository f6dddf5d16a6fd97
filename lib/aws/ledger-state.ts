import type { Pause, ServerRecord } from '../core/ledger.types.ts';
import type { LedgerState } from '../reconcile/ports/ledger.ts';
import { MalformedItem } from './item-reader.ts';
import { idIn, keys } from './ledger-keys.ts';
import { marksIn } from './resend-items.ts';
import { pauseOf, serverRecord } from './server-item.ts';
import { storeProblem } from '../table/store-errors.ts';
import type { StoredItem } from './stored-item.ts';

/** What one item says to a pass; nothing of all that if its key means nothing. */
export interface LedgerItem {
  readonly pause?: Pause;
  readonly server?: ServerRecord;
  readonly marked?: { readonly id: string; readonly marks: ReadonlySet<string> };
}

/** @throws StoreError that names the item, if a server's or its marks are not as Trueup writes them */
export function ledgerItem(store: string, connection: string, stored: StoredItem): LedgerItem {
  const { item } = stored;
  const [paused, server, marked] = [
    idIn(item, 'pause#'),
    idIn(item, 'server#'),
    idIn(item, 'resend#'),
  ];
  try {
    if (server !== undefined) return { server: serverRecord(server, stored) };
    if (marked !== undefined) return { marked: { id: marked, marks: marksIn(stored) } };
  } catch (error) {
    if (!(error instanceof MalformedItem)) throw error;
    const where = { call: 'DynamoDB read', store, connection, item };
    throw storeProblem('store-malformed', where, error.message);
  }
  if (item === keys.pause || paused !== undefined) return { pause: pauseOf(paused, stored) };
  return {};
}

/** What all items say together. */
export function ledgerState(items: readonly LedgerItem[]): LedgerState {
  const pauses: Pause[] = [];
  const servers = new Map<string, ServerRecord>();
  const resend = new Map<string, ReadonlySet<string>>();
  for (const { pause, server, marked } of items) {
    if (pause) pauses.push(pause);
    if (server) servers.set(server.id, server);
    if (marked && marked.marks.size > 0) resend.set(marked.id, marked.marks);
  }
  return { pauses, servers, resend };
}
