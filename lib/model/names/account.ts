import { hash } from 'node:crypto';
import type { Connection } from '../desired.types.ts';
import { canonicalJson } from '../json/json.ts';

/** The properties that identify a connection's account at a gateway. */
export type AccountOf = Pick<Connection, 'provider' | 'baseUrl' | 'userId'>;

/**
 * Identifies the account at a gateway: two connections with the same text have the same servers. Scheme and host in
 * lower case, no trailing slash.
 */
export function accountText({ provider, baseUrl, userId }: AccountOf): string {
  const url = URL.parse(baseUrl)?.href ?? baseUrl;
  return canonicalJson([provider, url.replace(/\/+$/, ''), userId ?? null]);
}

/**
 * Identifies a connection with its account, for hashes, fingerprints and records, so that a record or approval for one
 * gateway is never used for another. 128 bits in hex.
 */
export function accountKey(connection: AccountOf & Pick<Connection, 'name'>): string {
  const text = canonicalJson([connection.name, accountText(connection)]);
  return hash('sha256', text, 'hex').slice(0, 32);
}
