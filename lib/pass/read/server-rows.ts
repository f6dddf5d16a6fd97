import type { DesiredRow, DesiredStore } from '../../desired/desired-store.types.ts';
import type { StoredLabel } from '../../model/lifecycle.types.ts';
import { newLabelIn, rowIdIn } from '../../model/names/server-key.ts';
import type { Ledger } from '../../ledger/ledger.types.ts';

/** A server's row. */
export interface ServerRow {
  /** The gateway's id, also for a server that Trueup created; the key of its row until it has one. */
  readonly id: string;
  /** What its row goes by: `new#<label>` also once it is created. */
  readonly key: string;
  /** Its label, or the one in its key. */
  readonly label?: string;
  readonly value: DesiredRow['value'];
  /** The ledger's state of its label. */
  readonly stored?: StoredLabel;
}

/** The rows of a connection's servers. @throws StoreError */
export async function serverRows(
  { desired, ledger }: { readonly desired: DesiredStore; readonly ledger: Pick<Ledger, 'labels'> },
  connection: string,
): Promise<readonly ServerRow[]> {
  const rows = await desired.rows(connection);
  const isNeeded = rows.some(({ item }) => newLabelIn(item) !== undefined);
  const labels = isNeeded ? await ledger.labels(connection) : undefined;
  return rows.flatMap(({ item, value }): readonly ServerRow[] => {
    const key = rowIdIn(item);
    if (key === undefined) return [];
    const own = newLabelIn(item);
    const label = typeof value['label'] === 'string' ? value['label'] : own;
    const stored = own === undefined ? undefined : labels?.get(own);
    return [
      {
        id: stored?.binding?.id ?? key,
        key,
        ...(label !== undefined && { label }),
        value,
        ...(stored && { stored }),
      },
    ];
  });
}
