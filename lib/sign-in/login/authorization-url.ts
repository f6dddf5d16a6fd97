/** The parameters of a sign-in. */
export interface AuthorizationRequest {
  readonly clientId: string;
  readonly redirectUri: string;
  readonly scope: string;
  readonly audience?: string | undefined;
  readonly state: string;
  readonly challenge: string;
}

/** RFC 6749, 4.1.1, with PKCE, and `audience` as used by Auth0 and others. Keeps the endpoint's own query. */
export function authorizationUrl(endpoint: string, request: AuthorizationRequest): string {
  const url = new URL(endpoint);
  const { clientId, redirectUri, scope, audience, state, challenge } = request;
  const parameters = {
    response_type: 'code',
    client_id: clientId,
    redirect_uri: redirectUri,
    scope,
    ...(audience !== undefined && { audience }),
    state,
    code_challenge: challenge,
    code_challenge_method: 'S256',
  };
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  return url.href;
}
