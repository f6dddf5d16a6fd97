import * as z from 'zod/mini';
import type { Ledger } from './ledger.types.ts';
import { change } from '../table/change.ts';
import type { Item, Table } from '../table/table.ts';
import { keys } from './keys.ts';
import { malformed } from './malformed.ts';

const marksSchema = z.array(z.string());

/**
 * The part of `Ledger` for resend marks. They have their own item, which a pass may write without the lease. A mark
 * that is added while others are cleared is kept.
 */
export function resendMarks(table: Table): Pick<Ledger, 'markResend' | 'clearResend'> {
  return {
    markResend: (connection, id, mark) =>
      change(table, connection, keys.resend(id), (item) => {
        const marks = item ? marksIn(table, connection, item) : new Set<string>();
        if (marks.has(mark)) return { result: undefined };
        return { value: { marks: [...marks, mark] }, result: undefined };
      }),
    clearResend: (connection, id, marks) =>
      change(table, connection, keys.resend(id), (item) => {
        const before = item ? marksIn(table, connection, item) : new Set<string>();
        const left = [...before].filter((mark) => !marks.has(mark));
        if (left.length === before.size) return { result: undefined };
        return { value: left.length > 0 ? { marks: left } : 'remove', result: undefined };
      }),
  };
}

/** @throws StoreError if the item is malformed, so that it is not treated as having no marks */
export function marksIn(table: Table, connection: string, item: Item): ReadonlySet<string> {
  const parsed = marksSchema.safeParse(item.value['marks']);
  if (!parsed.success) throw malformed(table, connection, item.key, 'marks is not a list of text');
  return new Set(parsed.data);
}
