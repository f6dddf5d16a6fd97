import { isJsonObject } from '../../model/json/json.ts';
import { accountText } from '../../model/names/account.ts';
import { comparableId } from '../../model/names/server-id.ts';

/** A connection and its servers, valid or not. */
export interface ConnectionServers {
  /** Its row or document. */
  readonly declared: unknown;
  readonly name: string;
  /** Empty for a server without an id. */
  readonly ids: readonly string[];
}

/** A server that two connections of the same account declare: each would undo the changes of the other. */
export interface SharedServer {
  readonly connection: string;
  /** Its index in the connection's list. */
  readonly index: number;
  readonly id: string;
  /** The connection that declares it first. */
  readonly other: string;
}

export function sharedServers(connections: readonly ConnectionServers[]): readonly SharedServer[] {
  const first = new Map<string, string>();
  return connections.flatMap(({ declared, name, ids }) => {
    const account = accountOf(declared);
    if (account === undefined) return [];
    return ids.flatMap((id, index): readonly SharedServer[] => {
      if (id === '') return [];
      const key = `${account} ${comparableId(id)}`;
      const other = first.get(key);
      if (other === undefined) first.set(key, name);
      return other === undefined || other === name ? [] : [{ connection: name, index, id, other }];
    });
  });
}

/** The account of a row or document; undefined if it does not have one. */
export function accountOf(declared: unknown): string | undefined {
  const { provider, baseUrl, userId } = isJsonObject(declared) ? declared : {};
  if (typeof provider !== 'string' || typeof baseUrl !== 'string') return undefined;
  return accountText({ provider, baseUrl, ...(typeof userId === 'string' && { userId }) });
}
