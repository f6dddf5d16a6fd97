import { parseConnection, parseServer } from '../../../desired/rules/declarations.ts';
import { rowsOf } from '../../../desired/rules/document.ts';
import type { ConnectionDocument } from '../../../desired/rules/schema.ts';
import type { Declared } from '../../../ledger/ledger.types.ts';
import type { PushedRow } from '../../../model/history.types.ts';
import { rowIdIn } from '../../../model/names/server-key.ts';
import type { Dependencies } from '../../../pass/dependencies.types.ts';
import type { Target } from '../../targets/target.ts';
import type { RowChange } from './push-plan.ts';

/**
 * Records a push of one connection before its rows are written, so that an interrupted push is recorded too. The record
 * may have rows that were then not written because another process changed them.
 *
 * @throws StoreError
 */
export async function recordPush(
  { deps, caller }: Target,
  document: ConnectionDocument,
  changes: readonly RowChange[],
): Promise<void> {
  if (changes.length === 0) return;
  const { connection } = document;
  const pushed = { at: new Date(deps.clock.now()).toISOString(), by: await caller() };
  const rows = changes.map(({ item, label, action }): PushedRow => {
    const server = rowIdIn(item);
    return {
      ...(server !== undefined && { server }),
      ...(label !== undefined && { label }),
      action,
    };
  });
  await deps.ledger.record(connection, { kind: 'push', ...pushed, rows });
  await deps.ledger.putPushed(connection, declaredBy(document, changes, deps), pushed);
}

/** The declarations that the push changes: all servers if the connection's row changes, because they inherit its policy. */
function declaredBy(
  document: ConnectionDocument,
  changes: readonly RowChange[],
  deps: Dependencies,
): readonly Declared[] {
  const written = new Set(changes.map(({ item }) => item));
  const isAll = written.has('connection');
  const [own, ...servers] = rowsOf(JSON.parse(JSON.stringify(document)) as ConnectionDocument);
  const parsed = parseConnection(own, deps);
  const table = deps.providers.get(own.provider)?.table;
  if (!parsed.ok || !table) return [];
  return servers.flatMap((row) => {
    if (!isAll && !written.has(row.item)) return [];
    const server = parseServer(row, parsed.connection, table, deps);
    if (!server.ok) return [];
    return [{ server: server.server.id, declaration: server.server.contentHash }];
  });
}
