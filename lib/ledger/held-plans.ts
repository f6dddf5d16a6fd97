import { gunzipSync, gzipSync } from 'node:zlib';
import * as z from 'zod/mini';
import { jsonIssues } from '../model/json/json-issues.ts';
import type { Plan } from '../plan/plan.types.ts';
import { isTime } from '../model/time.ts';
import { unknownCaller } from '../model/text/shown-caller.ts';
import type { Recorder } from './history.ts';
import type { Approval, Ledger } from './ledger.types.ts';
import type { Clock } from '../model/runtime.types.ts';
import { storeProblem } from '../table/store-errors.ts';
import type { Item, Table } from '../table/table.ts';
import { approvalRange, endOf, keys, lives, ttlAt } from './keys.ts';
import { malformed } from './malformed.ts';
import { cappedChange, firstThatFits } from '../plan/shown-values.ts';

/** A DynamoDB item may have 400 KB; this leaves room for names, keys and other attributes. */
const itemMaximum = 390_000;
/** A hash is 128 bits in hex. */
const hashBytes = 16;
/** Hashes in one item: 320 KB. */
const hashesInItem = 20_000;
/** An unchanged held plan is written again at most once a day. */
const day = 86_400_000;

/**
 * Limits for a stored plan, from the whole plan to none of its servers: characters of each shown value, and servers. A
 * plan that is too large shows only its first servers; its counts and the hashes for an approval are always complete.
 */
const forms = [
  { characters: 4000, servers: 10_000 },
  { characters: 400, servers: 10_000 },
  { characters: 40, servers: 10_000 },
  { characters: 40, servers: 5000 },
  { characters: 40, servers: 500 },
  { characters: 0, servers: 0 },
] as const;

const heldSchema = z.object({
  at: z.string(),
  parts: z.int().check(z.minimum(1), z.maximum(1000)),
});
const approvalSchema = z.object({
  at: z.string().check(z.refine(isTime)),
  by: z.optional(z.string()),
});

/**
 * The part of `Ledger` that holds plans and approves them. An approval has a copy of the hashes, so that it stays valid
 * when the plan is deleted. Hashes that do not fit into one item are in further items, numbered from 1; each item of an
 * approval approves the hashes that it lists.
 */
export function heldPlans(
  table: Table,
  clock: Clock,
  record: Recorder,
): Pick<Ledger, 'putHeld' | 'held' | 'heldDigests' | 'approve' | 'approvals'> {
  const isAlive = (item: Item | undefined): item is Item =>
    item !== undefined && endOf(item.value['ttl']) > clock.now();

  const held: Ledger['held'] = async (connection, digest) => {
    const key = keys.held(digest);
    const head = await table.get(connection, key);
    if (!isAlive(head)) return undefined;
    const { success, data } = heldSchema.safeParse(head.value);
    if (!success) throw malformed(table, connection, key, 'it has no plan');
    const { at, parts } = data;
    const further = Array.from({ length: parts - 1 }, (_, index) => partKey(key, index + 1));
    const found = further.length > 0 ? await table.getMany(connection, further) : [];
    const byKey = new Map(found.map((item) => [item.key, item]));
    const hashes = [head, ...further.map((one) => byKey.get(one))].flatMap((item) => {
      const some = item && hashesIn(item);
      if (!some) throw malformed(table, connection, key, 'some of its hashes are missing');
      return some;
    });
    const plan = await planIn(head, hashes);
    if (!plan) throw malformed(table, connection, key, 'it has no plan');
    return { digest, at, plan, hashes };
  };

  return {
    held,
    heldDigests: async (connection, prefix = '') => {
      const items = await table.query(connection, { prefix: keys.held(prefix) });
      return items
        .filter((item) => isAlive(item))
        .map(({ key }) => key.slice(keys.held('').length))
        .filter((digest) => !digest.includes('#'));
    },
    putHeld: async (connection, { digest, at, plan, hashes }) => {
      const key = keys.held(digest);
      const now = clock.now();
      const known = await table.get(connection, key);
      const isKnown = isAlive(known);
      if (isKnown && endOf(known.value['ttl']) > now + lives.held - day) return false;
      const ttl = ttlAt(now, lives.held);
      const [first = noHashes, ...others] = inItems(hashes);
      for (const [index, part] of others.entries()) {
        await table.put(connection, partKey(key, index + 1), { hashes: part, ttl });
      }
      // Written last, so that a plan that exists has all of its hashes.
      await table.put(connection, key, {
        at: isKnown ? String(known.value['at']) : at,
        plan: planBytes(plan, itemMaximum - first.length),
        hashes: first,
        parts: others.length + 1,
        ttl,
      });
      return !isKnown;
    },
    approve: async (connection, { digest, at, by, hashes: own }) => {
      const hashes = own ?? (await held(connection, digest))?.hashes;
      if (!hashes) {
        const item = keys.held(digest);
        const where = { call: 'approve', store: table.name, connection, item };
        throw storeProblem('store-absent', where, 'there is no held plan with this digest');
      }
      const parts = inItems(hashes);
      const who = by ?? unknownCaller;
      await record(connection, { kind: 'approve', at, by: who, digest, changes: hashes.length });
      const key = keys.approval(Date.parse(at), digest);
      const ttl = ttlAt(Date.parse(at), lives.approval);
      for (const [index, part] of parts.entries()) {
        await table.put(connection, partKey(key, index), { at, by, hashes: part, ttl });
      }
    },
    approvals: async (connection, now) => {
      const approvals = new Map<string, Approval>();
      const range = approvalRange(now - lives.approval);
      for (const item of await table.query(connection, range)) {
        const part = approvalIn(item, now);
        if (!part) continue;
        // Two approvals of the same plan have the same hashes.
        const hashes = new Set([...(approvals.get(part.digest)?.hashes ?? []), ...part.hashes]);
        approvals.set(part.digest, { ...part, hashes: [...hashes] });
      }
      return [...approvals.values()];
    },
  };
}

const partKey = (key: string, index: number) => (index === 0 ? key : `${key}#${index}`);

/** A valid approval. Undefined if it has expired, is from the future, or cannot be read. */
function approvalIn(item: Item, now: number): Approval | undefined {
  const { success, data } = approvalSchema.safeParse(item.value);
  if (!success || Math.abs(now - Date.parse(data.at)) >= lives.approval) return undefined;
  const [, , digest = ''] = item.key.split('#');
  const hashes = hashesIn(item);
  const { at, by } = data;
  return hashes && { digest, at, ...(by !== undefined && { by }), hashes };
}

const noHashes = new Uint8Array();

/** The hashes as bytes, split into items. */
function inItems(hashes: readonly string[]): readonly Uint8Array[] {
  const isHash = /^[0-9a-f]{32}$/;
  if (!hashes.every((hash) => isHash.test(hash))) throw new Error('a hash is not 128 bits in hex');
  const bytes = Buffer.from(hashes.join(''), 'hex');
  const items = Math.ceil(hashes.length / hashesInItem);
  const size = hashesInItem * hashBytes;
  return Array.from({ length: items }, (_, index) =>
    bytes.subarray(index * size, (index + 1) * size),
  );
}

function hashesIn({ bytes: { hashes } }: Item): readonly string[] | undefined {
  if (!hashes || hashes.length % hashBytes > 0) return undefined;
  return Buffer.from(hashes).toString('hex').match(/.{32}/g) ?? [];
}

/** The plan without the hashes of held changes, which are stored as bytes in half the space. */
function planBytes(plan: Plan, maximum: number): Uint8Array {
  const form = ({ characters, servers }: (typeof forms)[number]) =>
    gzipSync(
      JSON.stringify({
        ...plan,
        changes: plan.changes.slice(0, servers).map((server) => ({
          ...server,
          changes: server.changes.map((change) => ({
            ...cappedChange(change, characters),
            hash: change.held ? '' : change.hash,
          })),
        })),
      }),
    );
  return firstThatFits(forms, form, (bytes) => bytes.length, maximum);
}

/** More levels than any plan has: the schemas are recursive and need a limit. */
const deepestPlan = 100;

/** Reads what `planBytes` wrote; its held changes get the first hashes. */
async function planIn(
  { bytes: { plan: packed } }: Item,
  hashes: readonly string[],
): Promise<Plan | undefined> {
  let stored: unknown;
  try {
    stored = packed && JSON.parse(gunzipSync(packed).toString('utf8'));
  } catch {
    return undefined;
  }
  if (jsonIssues(stored, deepestPlan, { halves: true, endless: true }).length > 0) return undefined;
  // Only approvals read plans: a function starts faster without the schema.
  const { planSchema } = await import('../plan/text/plan-schema.ts');
  const { success, data } = planSchema.safeParse(stored);
  if (!success) return undefined;
  const plan = data as Plan;
  const left = hashes.values();
  return {
    ...plan,
    changes: plan.changes.map((server) => ({
      ...server,
      changes: server.changes.map((change) =>
        change.held ? { ...change, hash: left.next().value ?? '' } : change,
      ),
    })),
  };
}
