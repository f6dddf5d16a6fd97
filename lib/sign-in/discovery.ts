import * as oauth from 'oauth4webapi';
import { isTransientStatus } from '../model/errors/failure.ts';
import { isJsonObject } from '../model/json/json.ts';
import type { HttpClient } from '../gateways/http/client.ts';
import { vendorText } from '../secrets/vendor-text.ts';
import { isVendorError, VendorError } from '../model/errors/vendor-error.ts';
import type { AuthorizationEndpointRequest } from './token-exchange.types.ts';

/** No issuer has a deeper path. Limits the number of requests. */
const issuersAtMost = 8;

/**
 * The authorization endpoint. A declared address is used unchanged. Otherwise the issuer is the parent path of the
 * token endpoint whose OpenID discovery document names exactly this token endpoint.
 *
 * | tokenUrl                                        | issuer            |
 * |-------------------------------------------------|-------------------|
 * | `/realms/acme/protocol/openid-connect/token`    | `/realms/acme`    |
 * | `/oauth/token`                                  | `/`               |
 *
 * @returns undefined if it is not declared and no document names the token endpoint
 * @throws VendorError with operation `token`; of kind `host` if the address is not on an allowed host
 */
export async function findAuthorizationEndpoint(
  http: HttpClient,
  request: AuthorizationEndpointRequest,
): Promise<string | undefined> {
  const { provider: owner, connection, tokenUrl, known } = request;
  const assertAllowed = (url: string) =>
    http.assertAllowed({ url, owner, operation: 'token', context: { connection } });
  const url = request.authorizeUrl ?? (await discover(http, request));
  if (url === undefined) return undefined;
  if (vendorText(url, known) === undefined) {
    const why = 'the sign-in address is not shown: it contains a part of a secret';
    throw new VendorError('host', 'token', why, { context: { connection } });
  }
  // The same rule as for the token endpoint, to which the code is sent.
  assertAllowed(url);
  assertAllowed(tokenUrl);
  return url;
}

async function discover(
  http: HttpClient,
  request: AuthorizationEndpointRequest,
): Promise<string | undefined> {
  const { href } = new URL(request.tokenUrl);
  for (const issuer of issuersAbove(request.tokenUrl)) {
    // oxlint-disable-next-line no-await-in-loop
    const document = await readDocument(http, request, issuer);
    const { token_endpoint: token, authorization_endpoint: endpoint } = document ?? {};
    // The library checks only the issuer.
    const isThis = typeof token === 'string' && URL.parse(token)?.href === href;
    if (isThis && typeof endpoint === 'string') return endpoint;
  }
  return undefined;
}

/** An issuer's OpenID discovery document; undefined if there is none. */
async function readDocument(
  http: HttpClient,
  { provider: owner, connection, signal, known }: AuthorizationEndpointRequest,
  issuer: URL,
): Promise<oauth.AuthorizationServer | undefined> {
  const send = async (url: string) => {
    const document = await http.send({
      owner,
      operation: 'token',
      method: 'GET',
      url,
      // Otherwise the request would be repeated for an HTML page that is returned in place of a 404.
      repeatable: 'unsent',
      known,
      signal,
      context: { connection },
    });
    // Behind a proxy, or with a trailing slash, the issuer's name differs from its URL. Only the token endpoint must
    // match.
    return Response.json(isJsonObject(document) ? { ...document, issuer: issuer.href } : null);
  };
  const options = { [oauth.customFetch]: send, [oauth.allowInsecureRequests]: true };
  try {
    return await oauth.processDiscoveryResponse(
      issuer,
      await oauth.discoveryRequest(issuer, options),
    );
  } catch (error) {
    if (error instanceof oauth.OperationProcessingError) return undefined;
    if (isVendorError(error) && isNoDocument(error)) return undefined;
    throw error;
  }
}

/** The nearest first. */
function issuersAbove(tokenUrl: string): readonly URL[] {
  const { origin, pathname } = new URL(tokenUrl);
  const parts = pathname.split('/').filter((part) => part !== '');
  return parts
    .map((_, index) => new URL([origin, ...parts.slice(0, parts.length - 1 - index)].join('/')))
    .slice(0, issuersAtMost);
}

/** The answer is a 404, or an HTML page. */
function isNoDocument({ kind, status = 0 }: VendorError): boolean {
  const isAbsent = kind === 'status' && !isTransientStatus(status);
  return isAbsent || kind === 'body' || kind === 'redirect';
}
