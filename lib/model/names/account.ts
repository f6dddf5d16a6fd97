import { hash } from 'node:crypto';
import type { Connection } from '../desired.types.ts';
import { canonicalJson } from '../json/json.ts';

/** What makes a connection the account at a gateway that it is. */
export type AccountOf = Pick<Connection, 'provider' | 'baseUrl' | 'userId'>;

/**
 * The account at a gateway: two connections with the same one have the same servers. Scheme and host in lower case, no
 * slash at the end.
 */
export function accountText({ provider, baseUrl, userId }: AccountOf): string {
  const url = URL.parse(baseUrl)?.href ?? baseUrl;
  return canonicalJson([provider, url.replace(/\/+$/, ''), userId ?? null]);
}

/**
 * Names a connection with its account, for hashes, fingerprints and records: what is known of one gateway, or approved for
 * it, says nothing of another. 128 bits in hex.
 */
export function accountKey(connection: AccountOf & Pick<Connection, 'name'>): string {
  const text = canonicalJson([connection.name, accountText(connection)]);
  return hash('sha256', text, 'hex').slice(0, 32);
}
