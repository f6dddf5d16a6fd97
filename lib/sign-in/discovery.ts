import type { Json } from '../core/json.types.ts';
import { isJsonObject } from '../core/json.ts';
import type { AuthorizationEndpointRequest } from './token-exchange.types.ts';
import type { VendorError } from '../reconcile/ports/vendor-error.ts';
import { isVendorError } from '../reconcile/ports/vendor-error.ts';
import type { HttpClient } from '../providers/http/client.ts';

/** No issuer's path is as deep; a tokenUrl that is costs no more requests than this. */
const issuersAtMost = 8;

/**
 * Where a person signs in. A declared address is taken as it is; else the issuer is one of the folders above the token
 * endpoint, and the one whose OpenID discovery document names just this token endpoint is it:
 *
 * | tokenUrl                                        | issuer            |
 * |-------------------------------------------------|-------------------|
 * | `/realms/acme/protocol/openid-connect/token`    | `/realms/acme`    |
 * | `/oauth/token`                                  | `/`               |
 *
 * @returns undefined if nothing says it
 * @throws VendorError with operation `token`; of kind `host` if the address is not on an allowed host
 */
export async function findAuthorizationEndpoint(
  http: HttpClient,
  request: AuthorizationEndpointRequest,
): Promise<string | undefined> {
  const { provider: owner, connection, tokenUrl } = request;
  const url = request.authorizeUrl ?? (await discover(http, request));
  if (url === undefined) return undefined;
  const context = { connection };
  // The same rule as for the token endpoint, which is where the code goes.
  for (const one of [url, tokenUrl]) {
    http.assertAllowed({ url: one, owner, operation: 'token', context });
  }
  return url;
}

async function discover(
  http: HttpClient,
  { provider: owner, connection, tokenUrl, signal }: AuthorizationEndpointRequest,
): Promise<string | undefined> {
  for (const issuer of issuersAbove(tokenUrl)) {
    try {
      // oxlint-disable-next-line no-await-in-loop
      const document = await http.send({
        owner,
        operation: 'token',
        method: 'GET',
        url: `${issuer}/.well-known/openid-configuration`,
        // A page for people in place of a 404 would else be asked for again and again.
        repeatable: 'unsent',
        secrets: [],
        signal,
        context: { connection },
      });
      const found = endpointIn(document, tokenUrl);
      if (found !== undefined) return found;
    } catch (error) {
      if (!isVendorError(error) || !isNoDocument(error)) throw error;
    }
  }
  return undefined;
}

/** The nearest first. */
function issuersAbove(tokenUrl: string): readonly string[] {
  const { origin, pathname } = new URL(tokenUrl);
  const parts = pathname.split('/').filter((part) => part !== '');
  return parts
    .map((_, index) => [origin, ...parts.slice(0, parts.length - 1 - index)].join('/'))
    .slice(0, issuersAtMost);
}

function endpointIn(document: Json, tokenUrl: string): string | undefined {
  if (!isJsonObject(document)) return undefined;
  const { authorization_endpoint: endpoint, token_endpoint: token } = document;
  const isThis = typeof token === 'string' && URL.parse(token)?.href === new URL(tokenUrl).href;
  return isThis && typeof endpoint === 'string' ? endpoint : undefined;
}

/** There is no such file, or a page for people in its place. */
function isNoDocument({ kind, status = 0 }: VendorError): boolean {
  const isAbsent = kind === 'status' && status < 500 && status !== 408 && status !== 429;
  return isAbsent || kind === 'body' || kind === 'redirect';
}
