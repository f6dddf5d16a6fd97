import type { Json, JsonObject } from '../../lib/model/json/json.types.ts';
import { core } from '../../test/support/canaries.ts';
import type { Chance } from './chance.ts';
import type { Action } from './scenario.types.ts';

/*
 * What is declared at ContextForge, and what people do there. Its credential is declared whole, or not at all.
 */

type Make = (chance: Chance, connection: string, id: string) => Json;

export const contextforgeFields: Readonly<Record<string, Make>> = {
  url: (chance, _connection, id) => `https://mcp-${id}-${chance.between(1, 2)}.test/mcp`,
  description: (chance) => `Description ${chance.between(1, 3)}`,
  transport: (chance) => chance.pick(['STREAMABLEHTTP', 'SSE']),
  tags: (chance) => chance.pick([[], ['sales'], ['sales', 'eu'], ['eu', 'sales']]),
  visibility: (chance) => chance.pick(['public', 'team']),
  passthroughHeaders: (chance) => chance.pick([[], ['X-Team'], ['X-Team', 'X-User']]),
};

const members = ['authType', 'authToken', 'authUsername', 'authPassword'];

/** @param before - a declaration, whose credential mostly stays */
export function credentialFor(
  chance: Chance,
  connection: string,
  id: string,
  before?: JsonObject,
): JsonObject {
  if (before && chance.is(0.7)) {
    return Object.fromEntries(
      members.flatMap((key) => (key in before ? [[key, before[key] as Json]] : [])),
    );
  }
  const secret = chance.is(0.8)
    ? { secret: `trueup/${connection}/${id}` }
    : { secret: `trueup/${connection}/shared`, key: 'key' };
  return chance.weighed<() => JsonObject>([
    [4, () => ({})],
    [1, () => ({ authType: 'none' })],
    [6, () => ({ authType: 'bearer', authToken: secret })],
    [
      3,
      () => ({
        authType: 'basic',
        authUsername: `user-${chance.between(1, 2)}`,
        authPassword: secret,
      }),
    ],
  ])();
}

/** What is stored before anything was declared: of any kind, also of the declared one. */
export function foundCredential(chance: Chance, id: string): JsonObject {
  if (chance.is(0.5)) return strangeCredential(chance, id);
  return { authType: 'bearer', authToken: `${core}-found-${id}-0` };
}

/**
 * A credential that people stored, or none. It is never a bearer token, nor a user who is ever declared: a credential of
 * the declared form in place of the applied one is what no answer shows.
 */
function strangeCredential(chance: Chance, id: string): JsonObject {
  const text = `${core}-found-${id}-${chance.between(1, 9)}`;
  return chance.weighed<JsonObject>([
    [3, { authType: 'none' }],
    [2, { authType: 'authheaders', authHeaders: { 'X-Key': text } }],
    [1, { authType: 'basic', authUsername: 'found', authPassword: text }],
  ]);
}

/** A stored credential is replaced whole. */
const nothing = { authToken: null, authUsername: null, authPassword: null, authHeaders: null };

/** What people change of a server besides its plain fields: the credential, or the tools of the MCP server behind it. */
export function strangeChange(chance: Chance, id: string): JsonObject {
  if (chance.is(0.4)) return { upstream: 'other-tools' };
  return { ...nothing, ...strangeCredential(chance, id) };
}

/** What others bring about: the MCP server of one is down for a while, or the account is locked out. */
export function troubles(
  chance: Chance,
  connection: string,
  ids: readonly string[],
  lastAt: number,
): Action[] {
  const at = chance.between(0, lastAt);
  const id = chance.pick(ids);
  const upAt = at + chance.between(1, 10) * 60_000;
  const drift = { do: 'drift', connection, id } as const;
  return [
    ...(chance.is(0.4)
      ? [
          { at, ...drift, fields: { upstream: 'down' } },
          { at: upAt, ...drift, fields: { upstream: 'up' } },
        ]
      : []),
    ...(chance.is(0.3)
      ? [{ at: chance.between(0, lastAt), do: 'lock-out' as const, connection }]
      : []),
  ];
}
