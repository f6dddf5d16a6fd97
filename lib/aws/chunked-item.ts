import { gunzipSync } from 'node:zlib';
import type { Writable } from '../table/table.ts';
import { storeProblem } from '../table/store-errors.ts';
import type { StoredItem } from './stored-item.ts';
import type { Table } from './table.ts';

/** Bytes of a body in one item; DynamoDB's limit is 400 KB with names and keys. */
export const chunkBytes = 300_000;

/** An item whose body may go on in chunk items. */
export interface ChunkedItem {
  /** The first item: its attributes, less the body. */
  readonly head: StoredItem;
  /** The body, decompressed and parsed. */
  body(): unknown;
}

/**
 * Writes a compressed body under `item`: into the item itself if it fits, else into `<item>#<write id>#<n>` first and
 * the head last, so that a reader never sees a head whose chunks are not there. Every write has chunks of its own: two
 * writers never mix, and the chunks that lost go with their `ttl`.
 */
export async function writeChunked(
  table: Table,
  connection: string,
  item: string,
  content: {
    readonly head: { readonly [key: string]: Writable };
    readonly body: Uint8Array;
    readonly ttl: number;
    readonly writeId: string;
  },
): Promise<void> {
  const { head, body, ttl, writeId } = content;
  const first = { ...head, ttl, writeId };
  if (body.length <= chunkBytes) {
    await table.put(connection, item, { ...first, chunks: 0, body });
    return;
  }
  const chunks = Math.ceil(body.length / chunkBytes);
  for (let n = 0; n < chunks; n += 1) {
    const part = body.subarray(n * chunkBytes, (n + 1) * chunkBytes);
    await table.put(connection, chunkKey(item, writeId, n), { ttl, body: part });
  }
  await table.put(connection, item, { ...first, chunks });
}

/** The sort keys of an item's chunks, for a change of all of them. */
export function chunkKeys(head: StoredItem): string[] {
  const { writeId, chunks } = head.value;
  const isChunked = typeof chunks === 'number' && chunks > 0 && chunks < 1000;
  if (!isChunked || typeof writeId !== 'string') return [];
  return Array.from({ length: chunks }, (_, n) => chunkKey(head.item, writeId, n));
}

/**
 * The items of a query with their chunks put together. What belongs to no head, such as the chunks of a writer that
 * lost, is skipped.
 *
 * @param isHead - tells heads from chunks, by sort key
 * @returns heads; a body whose chunks are incomplete or unreadable throws `StoreError` when it is asked for
 */
export function assemble(
  table: Table,
  connection: string,
  items: readonly StoredItem[],
  isHead: (key: string) => boolean,
): ChunkedItem[] {
  const byKey = new Map(items.map((item) => [item.item, item]));
  return items
    .filter((item) => isHead(item.item))
    .map((head) => ({
      head,
      body: () => {
        const sources = head.value['chunks'] === 0 ? [head.item] : chunkKeys(head);
        const parts = sources.map((key) => byKey.get(key)?.binary['body']);
        const complete = parts.filter((part) => part !== undefined);
        try {
          if (complete.length === 0 || complete.length < parts.length) throw new Error('chunks');
          return JSON.parse(gunzipSync(Buffer.concat(complete)).toString('utf8')) as unknown;
        } catch {
          const where = { call: 'DynamoDB Query', store: table.name, connection, item: head.item };
          throw storeProblem('store-malformed', where, 'its body is incomplete or damaged');
        }
      },
    }));
}

function chunkKey(item: string, writeId: string, n: number): string {
  return `${item}#${writeId}#${String(n).padStart(3, '0')}`;
}
