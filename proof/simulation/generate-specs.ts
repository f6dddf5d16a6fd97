import type { Json, JsonObject } from '../../lib/model/json/json.types.ts';
import { isJsonObject } from '../../lib/model/json/json.ts';
import { core } from '../../test/support/canaries.ts';
import type { Chance } from './chance.ts';
import { contextforgeFields, credentialFor } from './generate-contextforge.ts';
import type { VendorName } from './scenario.types.ts';
import { ignored, rejected, shouted } from './vendor-quirks.ts';

/*
 * Values come from a few for each field, so that declarations go back and forth between the same ones.
 */

/** The value that a secret has after some rotation; `shared` has a key. */
export function secretValue(secret: string, turn: number): string {
  const text = `${core}-${secret.replaceAll('/', '-')}-${turn}`;
  return secret.endsWith('/shared') ? JSON.stringify({ key: text }) : text;
}

export function secretsFor(connection: string, ids: readonly string[]): Record<string, string> {
  const names = [...ids, 'shared'].map((id) => `trueup/${connection}/${id}`);
  return Object.fromEntries(names.map((name) => [name, secretValue(name, 1)]));
}

/** @param before - a declaration of which a part is changed; all of a new one without it */
export function specOf(
  chance: Chance,
  vendor: VendorName,
  connection: string,
  id: string,
  before?: JsonObject,
): JsonObject {
  const fields = fieldsOf[vendor];
  const entries = Object.entries(fields).flatMap(([key, make]): [string, Json][] => {
    const old = before?.[key];
    if (before && old !== undefined && chance.is(0.65)) return [[key, old]];
    if (before && old === undefined && chance.is(0.8)) return [];
    if (chance.is(0.12)) return [];
    return [[key, make(chance, connection, id)]];
  });
  const spec: JsonObject = Object.fromEntries(entries);
  if (vendor === 'contextforge')
    return { ...spec, ...credentialFor(chance, connection, id, before) };
  if (vendor !== 'litellm' || !chance.is(0.7)) return spec;
  const secret = { secret: `trueup/${connection}/${id}` };
  return {
    ...spec,
    auth_type: chance.pick(['bearer_token', 'api_key']),
    credentials: { auth_value: secret },
  };
}

type Make = (chance: Chance, connection: string, id: string) => Json;

const nameOf: Make = (chance, _connection, id) =>
  chance.weighed([
    [40, `Server ${id} ${chance.between(1, 3)}`],
    [1, `${rejected} ${id}`],
    [1, `${ignored} ${id}`],
    [1, `${shouted} ${id}`],
    [2, 'The same for all'],
  ]);

const barndoorFields: Readonly<Record<string, Make>> = {
  name: nameOf,
  slug: (chance, _connection, id) => `slug-${id}-${chance.between(1, 2)}`,
  client_id: (chance, _connection, id) => `client-${id}-${chance.between(1, 2)}`,
  client_secret: (chance, connection, id) =>
    chance.is(0.8)
      ? { secret: `trueup/${connection}/${id}` }
      : { secret: `trueup/${connection}/shared`, key: 'key' },
  meta: (chance) => ({
    ...(chance.is(0.8) && { team: chance.pick(['sales', 'support']) }),
    ...(chance.is(0.4) && { costCenter: chance.between(1, 2) }),
    ...(chance.is(0.5) && {
      limits: {
        ...(chance.is(0.7) && { hourly: chance.between(1, 2) }),
        ...(chance.is(0.5) && { tools: chance.pick([['a'], ['a', 'b']]) }),
      },
    }),
  }),
};

const section = (chance: Chance, [allowed, blocked]: readonly [string, string]): JsonObject => ({
  ...(chance.is(0.6) && { mode: chance.pick(['allowlist', 'blocklist']) }),
  ...(chance.is(0.6) && { [allowed]: chance.pick([['x'], ['x', 'y'], ['y', 'x']]) }),
  ...(chance.is(0.3) && { [blocked]: chance.pick([['z'], []]) }),
});

const alloyFields: Readonly<Record<string, Make>> = {
  name: nameOf,
  description: (chance) =>
    chance.weighed([
      [20, `Description ${chance.between(1, 3)}`],
      [1, `${shouted} it`],
      [1, `${ignored} it`],
    ]),
  instructions: (chance) => `Instructions ${chance.between(1, 2)}`,
  restrictions: (chance) => {
    const rules = {
      ...(chance.is(0.6) && { connectors: section(chance, ['allowedIds', 'blockedIds']) }),
      ...(chance.is(0.5) && { actions: section(chance, ['allowedActions', 'blockedActions']) }),
      ...(chance.is(0.3) && { users: section(chance, ['allowedIds', 'blockedIds']) }),
    };
    return Object.keys(rules).length > 0 ? rules : { users: {} };
  },
};

/** No two names are ever the same: an alias follows the name, and they share one space. */
const liteLlmFields: Readonly<Record<string, Make>> = {
  server_name: (_chance, _connection, id) => `Server_${id.replaceAll('-', '_')}`,
  url: (chance, _connection, id) => `https://mcp-${id}-${chance.between(1, 2)}.test/mcp`,
  description: (chance) =>
    chance.weighed([
      [20, `Description ${chance.between(1, 3)}`],
      [1, `${shouted} it`],
      [1, `${ignored} it`],
    ]),
  timeout: (chance) => chance.between(10, 12),
};

const fieldsOf: Readonly<Record<VendorName, Readonly<Record<string, Make>>>> = {
  barndoor: barndoorFields,
  alloy: alloyFields,
  contextforge: { name: nameOf, ...contextforgeFields },
  litellm: liteLlmFields,
};

/**
 * What the vendor has of a server that is declared so: the same, or something else here and there, and fields of its own.
 *
 * @param like - how likely a field is as declared
 */
export function liveOf(
  chance: Chance,
  vendor: VendorName,
  spec: JsonObject,
  id: string,
  like = 0.75,
): JsonObject {
  const plain = { name: `Found ${id}`, ...(vendor === 'barndoor' && { slug: `found-${id}` }) };
  const entries = Object.entries(spec).flatMap(([key, value]): [string, Json][] =>
    chance.is(like) && !isQuirk(value) && !(isJsonObject(value) && 'secret' in value)
      ? [[key, value]]
      : [],
  );
  const same: JsonObject = Object.fromEntries(entries);
  if (vendor === 'alloy') {
    const token = `${core}-access-url-${id}`;
    const restrictions = isJsonObject(same['restrictions']) ? same['restrictions'] : {};
    return {
      ...plain,
      description: 'Found',
      ...same,
      restrictions: { ...restrictions, ...(chance.is(0.4) && { regions: { allowed: ['eu'] } }) },
      accessUrl: `https://mcp.runalloy.com/mcp/${id}?token=${token}`,
    };
  }
  if (vendor === 'contextforge') {
    const { authType: _type, authUsername: _user, ...others } = same;
    const usual = { transport: 'STREAMABLEHTTP', visibility: 'public', tags: [] };
    return { ...plain, ...usual, url: `https://found-${id}.test/mcp`, ...others };
  }
  if (vendor === 'litellm') {
    const { auth_type: _type, credentials: _credentials, ...others } = same;
    const name = `Found_${id.replaceAll('-', '_')}`;
    return {
      server_id: id,
      url: `https://found-${id}.test/mcp`,
      server_name: name,
      alias: name,
      ...others,
    };
  }
  const meta = isJsonObject(same['meta']) ? same['meta'] : {};
  const own = { owner: 'the vendor', limits: { burst: 5 } };
  return { ...plain, ...same, meta: { ...own, ...meta } };
}

const isQuirk = (value: Json) =>
  typeof value === 'string' && [rejected, ignored].some((quirk) => value.includes(quirk));
