import { createHash, randomBytes } from 'node:crypto';
import type { Json } from '../gateways/misbehaviour.ts';

/** A form field's values by name. */
export type Form = Readonly<Record<string, string>>;

/** An answer of the token endpoint. */
export interface TokenAnswer {
  readonly status: number;
  readonly body: Json;
}

/** The request to `/authorize`, stored under its code. */
export interface Authorization {
  readonly clientId: string;
  readonly redirectUri: string;
  readonly codeChallenge: string;
  /** Milliseconds since the epoch. */
  readonly expires: number;
}

/** Valid tokens, so that a login may outlive a process. */
export interface IssuedTokens {
  /** Each with its expiry, in milliseconds since the epoch. */
  readonly access: readonly (readonly [token: string, end: number])[];
  /** Each with its client. */
  readonly refresh: readonly (readonly [token: string, clientId: string])[];
}

/** The state of an issuer. */
export interface Grants {
  /** `client_credentials`, `refresh_token` or `authorization_code`, as the form says. */
  readonly exchange: (form: Form) => TokenAnswer;
  /** A code for one use within a minute. */
  readonly authorize: (request: Omit<Authorization, 'expires'>) => string;
  readonly issueRefreshToken: (clientId: string) => string;
  readonly issued: () => IssuedTokens;
  readonly accepts: (token: string) => boolean;
  /** Revokes an access token or a refresh token; all of them without an argument. */
  readonly revoke: (token?: string) => void;
}

/** Options of an issuer. */
export interface GrantOptions {
  readonly now: () => number;
  readonly issuer: string;
  /** Client ids and their secrets; a public client has none. Read at each request, so a test may change one. */
  readonly clients: Map<string, string | undefined>;
  /** Lifetime of access tokens in seconds. */
  readonly expiresIn: number;
  readonly audience?: string | undefined;
  /** Whether each exchange of a refresh token gives a new one and ends the old one. */
  readonly rotate: boolean;
  /** Tokens that were issued before. */
  readonly issued?: IssuedTokens | undefined;
}

const codeLifetime = 60_000;

/** OAuth's error answer, RFC 6749 section 5.2. */
export const oauthError = (status: number, error: string, description: string): TokenAnswer => ({
  status,
  body: { error, error_description: description },
});

/** An issuer without a network. */
export function grants(options: GrantOptions): Grants {
  const { now, issuer, clients, expiresIn } = options;
  const access = new Map(options.issued?.access);
  const refresh = new Map(options.issued?.refresh);
  const codes = new Map<string, Authorization>();

  function accessToken(clientId: string): string {
    const iat = Math.floor(now() / 1000);
    const jti = randomBytes(8).toString('hex');
    const claims = {
      iss: issuer,
      sub: clientId,
      aud: options.audience,
      iat,
      exp: iat + expiresIn,
      jti,
    };
    const signature = randomBytes(32).toString('base64url');
    const token = `${encoded({ alg: 'HS256', typ: 'JWT' })}.${encoded(claims)}.${signature}`;
    access.set(token, now() + expiresIn * 1000);
    return token;
  }

  function issueRefreshToken(clientId: string): string {
    const token = randomBytes(24).toString('base64url');
    refresh.set(token, clientId);
    return token;
  }

  function tokens(clientId: string, refreshToken?: string): TokenAnswer {
    const body = {
      access_token: accessToken(clientId),
      token_type: 'Bearer',
      expires_in: expiresIn,
    };
    return {
      status: 200,
      body: { ...body, ...(refreshToken !== undefined && { refresh_token: refreshToken }) },
    };
  }

  function byRefreshToken(clientId: string, form: Form): TokenAnswer {
    const old = form['refresh_token'] ?? '';
    if (refresh.get(old) !== clientId) {
      return oauthError(400, 'invalid_grant', 'The refresh token is not known or was used before');
    }
    if (!options.rotate) return tokens(clientId, old);
    refresh.delete(old);
    return tokens(clientId, issueRefreshToken(clientId));
  }

  function byCode(clientId: string, form: Form): TokenAnswer {
    const code = form['code'] ?? '';
    const asked = codes.get(code);
    codes.delete(code);
    const challenge = createHash('sha256')
      .update(form['code_verifier'] ?? '')
      .digest('base64url');
    const fits =
      asked?.clientId === clientId &&
      asked.expires > now() &&
      asked.redirectUri === form['redirect_uri'] &&
      asked.codeChallenge === challenge;
    if (!fits) return oauthError(400, 'invalid_grant', 'The code does not fit this request');
    return tokens(clientId, issueRefreshToken(clientId));
  }

  function exchange(form: Form): TokenAnswer {
    const clientId = form['client_id'] ?? '';
    const secret = clients.get(clientId);
    if (!clients.has(clientId) || secret !== form['client_secret']) {
      return oauthError(401, 'invalid_client', 'The client is not known or its secret is wrong');
    }
    switch (form['grant_type'] ?? '') {
      case 'client_credentials':
        if (secret === undefined) {
          return oauthError(400, 'unauthorized_client', 'A public client has no credentials');
        }
        if (options.audience !== undefined && form['audience'] !== options.audience) {
          return oauthError(400, 'invalid_request', 'The audience is not known');
        }
        return tokens(clientId);
      case 'refresh_token':
        return byRefreshToken(clientId, form);
      case 'authorization_code':
        return byCode(clientId, form);
      default:
        return oauthError(400, 'unsupported_grant_type', 'The grant type is not known');
    }
  }

  return {
    exchange,
    issueRefreshToken,
    issued: () => ({
      access: [...access].filter(([, end]) => end > now()),
      refresh: [...refresh],
    }),
    authorize: (request) => {
      const code = randomBytes(16).toString('base64url');
      codes.set(code, { ...request, expires: now() + codeLifetime });
      return code;
    },
    accepts: (token) => (access.get(token) ?? 0) > now(),
    revoke: (token) => {
      for (const held of [access, refresh]) {
        if (token === undefined) held.clear();
        else held.delete(token);
      }
    },
  };
}

const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
