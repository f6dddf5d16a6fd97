import * as z from 'zod/mini';
import type { Clock } from '../model/runtime.types.ts';
import { isTime } from '../model/time.ts';
import type { Table } from '../table/table.ts';
import { endOf, keys, lives, ttlAt } from './keys.ts';
import type { Declared, Ledger } from './ledger.types.ts';

const pushedSchema = z.object({ at: z.string().check(z.refine(isTime)), by: z.string() });

/**
 * The part of `Ledger` for who pushed a declaration. The key has the hash of the content, so it does not match a row
 * that another tool wrote.
 */
export function pushed(table: Table, clock: Clock): Pick<Ledger, 'putPushed' | 'pushed'> {
  const keyOf = ({ server, declaration }: Declared) => keys.declared(server, declaration);
  return {
    putPushed: async (connection, declared, { at, by }) => {
      const ttl = ttlAt(Date.parse(at), lives.declared);
      for (const one of declared) {
        // oxlint-disable-next-line no-await-in-loop -- as many as rows that a person pushes
        await table.put(connection, keyOf(one), { at, by, ttl });
      }
    },
    pushed: async (connection, declared) => {
      const now = clock.now();
      const items = declared.length > 0 ? await table.getMany(connection, declared.map(keyOf)) : [];
      const found = new Map(
        items.flatMap(({ key, value }) => {
          const { success, data } = pushedSchema.safeParse(value);
          return success && endOf(value['ttl']) > now ? [[key, data] as const] : [];
        }),
      );
      return declared.map((one) => found.get(keyOf(one)));
    },
  };
}
