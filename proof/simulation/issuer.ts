import type { Json } from '../../lib/model/json/json.types.ts';
import { core } from '../../test/support/canaries.ts';
import type { ConnectionInit } from './scenario.types.ts';
import type { HttpAnswer } from './vendor.ts';

/** How long an access token holds, in seconds. */
const tokenSeconds = 900;

/** The token endpoint of all connections. A refresh token is good for one exchange. */
export class Issuer {
  readonly #good = new Map<string, Set<string>>();
  /** The refresh token that is good, by connection. */
  readonly #refresh = new Map<string, string>();
  #count = 0;

  constructor(connections: readonly ConnectionInit[]) {
    for (const { name, row, secrets } of connections) {
      this.#good.set(name, new Set());
      const auth = row['auth'] as { type: string; token?: { secret: string } };
      const bearer = auth.type === 'bearer' && secrets[auth.token?.secret ?? ''];
      if (bearer) this.#good.get(name)?.add(bearer);
      if (auth.type === 'refresh-token') this.#refresh.set(name, refreshOf(name, 0));
    }
  }

  isGood(connection: string, token: string): boolean {
    return this.#good.get(connection)?.has(token) ?? false;
  }

  revoke(connection: string): void {
    this.#good.get(connection)?.clear();
  }

  /** Somebody signs in anew. @returns the new refresh token */
  signIn(connection: string): string {
    this.#count += 1;
    const token = refreshOf(connection, this.#count);
    this.#refresh.set(connection, token);
    return token;
  }

  isRefreshGood(connection: string, token: string): boolean {
    return this.#refresh.get(connection) === token;
  }

  exchange(connection: string, form: URLSearchParams): HttpAnswer {
    if (form.get('grant_type') === 'client_credentials') {
      const isKnown = form.get('client_secret') === clientSecretOf(connection);
      return isKnown ? this.#issue(connection, {}) : refused(`no: ${form.get('client_secret')}`);
    }
    const token = form.get('refresh_token') ?? '';
    if (!this.isRefreshGood(connection, token)) return refused(`not good: ${token}`);
    return this.#issue(connection, { refresh_token: this.signIn(connection) });
  }

  #issue(connection: string, more: Record<string, Json>): HttpAnswer {
    this.#count += 1;
    const token = `${core}-access-${connection}-${this.#count}`;
    this.#good.get(connection)?.add(token);
    const body = { access_token: token, token_type: 'Bearer', expires_in: tokenSeconds, ...more };
    return { status: 200, body };
  }
}

function refused(why: string): HttpAnswer {
  return { status: 400, body: { error: 'invalid_grant', error_description: why } };
}

export const clientSecretOf = (connection: string) => `${core}-client-of-${connection}`;

export const refreshOf = (connection: string, count: number) =>
  `${core}-refresh-${connection}-${count}`;
