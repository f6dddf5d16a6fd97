import { matchFingerprint } from '../../lib/plan/diff/fingerprint.ts';
import type { Json, JsonObject } from '../../lib/model/json/json.types.ts';
import {
  canonical,
  currentRow,
  fits,
  isReference,
  ownedLeaves,
  policyOf,
  rulePathsOf,
  secretText,
  specOf,
  valueAt,
  wanted,
} from './declared.ts';
import { itemOf } from './labels.ts';
import type { Policy } from './declared.ts';
import type { LedgerState } from '../../lib/ledger/ledger.types.ts';
import { keysOf } from './ports.ts';
import type { Refusals } from './refusals.ts';
import type { ConnectionInit } from './scenario.types.ts';
import { formOf, rejected, textOf } from './vendor-quirks.ts';
import type { World } from './world.ts';

/** What became of a server once nothing goes wrong any more. `exempt`: it cannot be right, or need not be. */
type Standing =
  /** `unwilling`: fields that the vendor will not take, and stays refused. */
  | { readonly kind: 'right'; readonly unwilling: ReadonlySet<string> }
  | { readonly kind: 'exempt'; readonly why: string }
  | { readonly kind: 'wrong'; readonly fields: readonly string[] };

const exempt = (why: string): Standing => ({ kind: 'exempt', why });

/** Holds what the vendor has, seen from inside, against what is declared. */
export function standingOf(
  world: World,
  refusals: Refusals,
  { name, servers }: ConnectionInit,
  id: string,
  ledger: LedgerState,
): Standing {
  const connection = currentRow(world, name, 'connection');
  const row = currentRow(world, name, itemOf(id));
  if (!connection || !row) return exempt('not declared');
  const policy = policyOf(row, connection);
  if (!fits(row, policy)) return exempt('invalid');
  if (policy.mode !== 'correct') return exempt(`mode ${policy.mode}`);
  if (isPausedNow(world, ledger, id)) return exempt('paused');
  const live = world.accounts.get(name)?.fieldsOf(id);
  if (!live) return exempt('missing');
  if (live['upstream'] === 'down') return exempt('its MCP server is down');
  if (refusals.isRefused(name, id)) return exempt('refused by the gateway');
  const spec = specOf(row);
  if (textOf(spec['name']).includes(rejected)) return exempt('rejected value');
  const ids = servers.map((server) => server.id).filter((other) => other !== id);
  if (ids.some((other) => isTaken(world, name, spec, other))) return exempt('name taken');
  const owned = ownedLeaves(row, policy);
  const fields = [...owned].flatMap(([path, declared]) => {
    const value = isReference(declared) ? secretText(world, declared) : wanted(declared);
    if (value === undefined) return [];
    const has = valueAt(live, path);
    const isEmpty = Array.isArray(value) && value.length === 0 && (has ?? null) === null;
    const good = [value, formOf(value)].map(canonical);
    return isEmpty || good.includes(canonical(has))
      ? []
      : [`${path}: ${canonical(has)} and not ${canonical(value)}`];
  });
  const rules = unwanted(row, owned, policy, live);
  const wrong = [...fields, ...rules];
  // A form of the vendor's own that was there before the first PUT looks just like a refusal.
  const unwilling = [...owned].filter(
    ([, declared]) =>
      !isReference(declared) && (wanted(declared) === undefined || formOf(declared) !== declared),
  );
  return wrong.length === 0
    ? { kind: 'right', unwilling: new Set(unwilling.map(([path]) => path)) }
    : { kind: 'wrong', fields: wrong };
}

const unreadable = [
  '/client_id',
  '/client_secret',
  '/instructions',
  '/authToken',
  '/authPassword',
  '/credentials/auth_value',
];

/**
 * What the ledger does not know of a server that is right: of each field that nobody can read, what the vendor has is what
 * was last recorded, and nothing is left open.
 */
export function unknownOf(
  world: World,
  connection: string,
  id: string,
  { servers, resend }: LedgerState,
): readonly string[] {
  const record = servers.get(id);
  const row = currentRow(world, connection, itemOf(id));
  const live = world.accounts.get(connection)?.fieldsOf(id);
  if (!record || !row || !live) return ['it has no item'];
  // Of what is declared no more nothing need be known: declared again, it is sent.
  const intents = (record.intent?.pointers ?? []).filter(
    (pointer) => valueAt(specOf(row), pointer) !== undefined,
  );
  const open = [
    ...intents.map((pointer) => `an intent of ${pointer}`),
    ...(resend.has(id) ? ['a mark'] : []),
  ];
  const fields = unreadable.flatMap((pointer) => {
    if (valueAt(specOf(row), pointer) === undefined) return [];
    const applied = record.applied[pointer];
    const scope = { account: record.account ?? '', server: id, pointer };
    const value = valueAt(live, pointer) ?? null;
    const isKnown =
      applied && matchFingerprint(keysOf(world.keys), applied.fingerprint, scope, value);
    return isKnown === 'same' ? [] : [pointer];
  });
  return [...open, ...fields];
}

/** Rules that nobody declares, once rules are declared. */
function unwanted(
  row: JsonObject,
  owned: ReadonlyMap<string, Json>,
  { ignore }: Policy,
  live: JsonObject,
): string[] {
  return rulePathsOf(row).flatMap((path) => {
    const has = valueAt(live, path);
    const isNothing = has === undefined || (Array.isArray(has) && has.length === 0);
    const isIgnored = ignore.some((one) => path === one || path.startsWith(`${one}/`));
    return owned.has(path) || isIgnored || isNothing
      ? []
      : [`${path}: ${canonical(has)} and not absent`];
  });
}

/** Whether a server, or all of its connection, is paused. */
export function isPausedNow({ now }: World, { pauses }: LedgerState, id: string): boolean {
  return pauses.some(
    (pause) =>
      (pause.id === undefined || pause.id === id) &&
      !(pause.until !== undefined && Date.parse(pause.until) <= now),
  );
}

/** Whether another server has, or is to have, the same name or slug. */
function isTaken(world: World, connection: string, spec: JsonObject, other: string): boolean {
  const live = world.accounts.get(connection)?.fieldsOf(other);
  const row = currentRow(world, connection, itemOf(other));
  const declared = row && specOf(row);
  return ['name', 'slug'].some((key) => {
    const own = textOf(spec[key]).toLowerCase();
    return (
      own !== '' &&
      [live?.[key], declared?.[key]].some((value) => textOf(value).toLowerCase() === own)
    );
  });
}
