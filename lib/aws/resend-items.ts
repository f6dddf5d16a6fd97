import type { Ledger } from '../reconcile/ports/ledger.ts';
import { MalformedItem } from './item-reader.ts';
import { keys } from './ledger-keys.ts';
import type { StoredItem } from './stored-item.ts';
import type { Table, TableOptions } from './table.ts';
import { updateItem } from './update.ts';

/**
 * The part of `Ledger` that keeps marks: a string set in an item of the server's own, which grows by `ADD` and shrinks
 * by `DELETE` of what was read. Either may be repeated, and neither ever takes away what somebody else added.
 */
export function resendItems(
  { client, table: name }: Pick<TableOptions, 'client' | 'table'>,
  table: Table,
): Pick<Ledger, 'markResend' | 'clearResend'> {
  const place = (connection: string, id: string) => ({
    client,
    table: name,
    connection,
    item: keys.resend(id),
  });
  return {
    markResend: async (connection, id, mark) => {
      await updateItem(place(connection, id), {
        add: ['#marks :marks'],
        sets: { ':marks': [mark] },
      });
    },
    clearResend: async (connection, id, marks) => {
      if (marks.size === 0) return;
      await updateItem(place(connection, id), {
        delete: ['#marks :marks'],
        condition: 'attribute_exists(#marks)',
        sets: { ':marks': [...marks] },
      });
      // a set without members is an attribute less; the item stays
      const isEmpty = { expression: 'attribute_not_exists(#marks)' };
      await table.remove(connection, keys.resend(id), isEmpty);
    },
  };
}

/**
 * The marks of an item; none if the last were just taken away.
 *
 * @throws MalformedItem if it holds something else
 */
export function marksIn({ value, sets }: StoredItem): ReadonlySet<string> {
  const { marks } = sets;
  if (!marks && Object.hasOwn(value, 'marks')) throw new MalformedItem('marks', 'a set of text');
  return marks ?? new Set();
}
