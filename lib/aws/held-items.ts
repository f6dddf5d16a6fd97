import { isJsonObject } from '../core/json.ts';
import { isInForce, isTexts } from '../core/kept-values.ts';
import type { Approval, HeldPlan, Ledger } from '../reconcile/ports/ledger.ts';
import type { Clock } from '../reconcile/ports/runtime.ts';
import { assemble, chunkBytes, chunkKeys, writeChunked, type ChunkedItem } from './chunked-item.ts';
import { endOf, keys, lives, ttlAt } from './ledger-keys.ts';
import { cappedChange, firstThatFits, packJson } from './shown-values.ts';
import { storeProblem } from '../table/store-errors.ts';
import type { Table } from './table.ts';

/** Longest shown value in a stored plan, in characters; the shorter ones are for plans that would be too large. */
const valueLimits = [4000, 400, 0] as const;
/** Bytes of a stored plan, compressed. */
const planMaximum = 10 * chunkBytes;
/** A held plan that is met again gets a new life at most once a day. */
const day = 86_400_000;

/**
 * The part of `Ledger` that holds plans and approves them. Bodies are compressed and chunked: 10,000 hashes are 640 KB
 * as text. A body never changes under its digest, only its life is prolonged; an approval has a copy of the hashes, so
 * that it outlives the plan's item.
 */
export function heldItems(
  table: Table,
  clock: Clock,
  ids: () => string,
): Pick<Ledger, 'putHeld' | 'held' | 'heldDigests' | 'approve' | 'approvals'> {
  const held: Ledger['held'] = async (connection, digest) => {
    const key = keys.held(digest);
    const items = await table.query(connection, { prefix: key });
    const [found] = assemble(table, connection, items, (item) => item === key);
    if (!found || over(found, clock.now())) return undefined;
    const body = found.body();
    const { plan, hashes } = isJsonObject(body) ? body : {};
    const { at } = found.head.value;
    const { isPlan } = await import('../core/kept-forms.ts');
    if (typeof at !== 'string' || !isPlan(plan) || !isTexts(hashes)) {
      const where = { call: 'DynamoDB Query', store: table.name, connection, item: key };
      throw storeProblem('store-malformed', where, 'it holds no plan');
    }
    return { digest, at, plan, hashes };
  };

  return {
    held,
    heldDigests: async (connection, prefix = '') => {
      const items = await table.query(connection, { prefix: keys.held(prefix) });
      const digestOf = (item: string) => item.slice(keys.held('').length);
      return assemble(table, connection, items, (item) => !digestOf(item).includes('#'))
        .filter((found) => !over(found, clock.now()))
        .map(({ head }) => digestOf(head.item))
        .toSorted();
    },
    putHeld: async (connection, plan) => {
      const key = keys.held(plan.digest);
      const now = clock.now();
      const ttl = ttlAt(now, lives.held);
      const head = await table.get(connection, key);
      if (head && !over({ head }, now)) {
        if (endOf(head.value['ttl']) > now + lives.held - day) return;
        for (const item of [...chunkKeys(head), key]) {
          await table.set(connection, item, { ttl }, { expression: 'attribute_exists(#item)' });
        }
        return;
      }
      // two first writers have chunks of their own each: whose head comes last counts, and both are the same plan
      await writeChunked(table, connection, key, {
        head: { at: plan.at },
        body: planBody(plan),
        ttl,
        writeId: ids(),
      });
    },
    approve: async (connection, { digest, at, by, hashes: own }) => {
      const hashes = own ?? (await held(connection, digest))?.hashes;
      const item = keys.approval(digest);
      if (!hashes) {
        const where = { call: 'DynamoDB Query', store: table.name, connection, item };
        throw storeProblem('store-absent', where, 'there is no held plan of this digest');
      }
      await writeChunked(table, connection, item, {
        head: { at, by },
        body: packJson(hashes),
        ttl: ttlAt(Date.parse(at), lives.approval),
        writeId: ids(),
      });
    },
    approvals: async (connection, now) => {
      const items = await table.query(connection, { prefix: keys.approvals });
      return assemble(table, connection, items, isApproval).flatMap(
        (item) => approval(item, now) ?? [],
      );
    },
  };
}

const isApproval = (key: string) => !key.slice(keys.approvals.length).includes('#');

/** An approval in force. One that is over, or that cannot be read, permits nothing. */
function approval(item: ChunkedItem, now: number): Approval | undefined {
  const { at, by } = item.head.value;
  if (!isInForce(at, lives.approval, now)) return undefined;
  const digest = item.head.item.slice(keys.approvals.length);
  try {
    const hashes = item.body();
    if (!isTexts(hashes)) return undefined;
    return { digest, at, ...(typeof by === 'string' && { by }), hashes };
  } catch {
    return undefined;
  }
}

function planBody({ plan, hashes }: HeldPlan): Uint8Array {
  const form = (limit: number) =>
    packJson({
      hashes,
      plan: {
        ...plan,
        changes: plan.changes.map((server) => ({
          ...server,
          changes: server.changes.map((change) => cappedChange(change, limit)),
        })),
      },
    });
  return firstThatFits(valueLimits, form, (body) => body.length, planMaximum);
}

function over({ head }: Pick<ChunkedItem, 'head'>, now: number): boolean {
  return !(endOf(head.value['ttl']) > now);
}
