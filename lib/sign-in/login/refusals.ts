import type { AuthorizationResponseError } from 'oauth4webapi';
import type { KnownSecrets } from '../../secrets/known-secrets.ts';
import { vendorText } from '../../secrets/vendor-text.ts';
import { isVendorError, vendorProblem } from '../../model/errors/vendor-error.ts';
import { SignInError } from './sign-in-error.ts';

/*
 * The ways in which a sign-in can fail, each with the next step. The provider's message is shown; codes, verifiers and
 * tokens never are.
 */

/** The provider sent the browser back with an error, RFC 6749, 4.1.2.1. */
export function refused(
  connection: string,
  clientId: string,
  { error, error_description: description }: AuthorizationResponseError,
  known: KnownSecrets,
): SignInError {
  const parts = [error, description].filter((part) => part !== undefined);
  const said =
    vendorText(parts.join(': '), known) ??
    'its reason is not shown: it contains a part of a secret';
  return new SignInError(
    'sign-in-refused',
    `${connection}: the provider refused the sign-in: ${said}`,
    nextStep(error, clientId),
  );
}

function nextStep(error: string, clientId: string): string {
  switch (error) {
    case 'access_denied':
      return `run it again, and consent; or ask an administrator of the account to let you use the client '${clientId}'`;
    case 'invalid_scope':
      return 'set `scope` in auth to scopes that the client may request';
    case 'server_error':
    case 'temporarily_unavailable':
      return 'run it again later';
    default:
      return `check client_id in auth: '${clientId}' must be a public client with authorization code and PKCE`;
  }
}

/** The browser was redirected with neither a code nor an error, or with parameters that are not valid. */
export function lost(connection: string): SignInError {
  return new SignInError(
    'sign-in-refused',
    `${connection}: the provider sent neither a code nor an error`,
    'check `authorizeUrl` in auth, if it is declared',
  );
}

/** The code could not be exchanged. Other errors are returned unchanged. */
export function refusedCode(connection: string, clientId: string, failed: unknown): unknown {
  if (!isVendorError(failed) || failed.kind === 'aborted') return failed;
  const next =
    failed.kind === 'token'
      ? `run it again; if it continues, '${clientId}' must be a public client (without a secret) with authorization code and PKCE`
      : 'run it again: a code works once';
  return new SignInError(
    'code-refused',
    `${connection}: the token endpoint did not accept the code: ${vendorProblem(failed)}`,
    next,
    { cause: failed },
  );
}

export function noRefreshToken(connection: string, scope: string): SignInError {
  return new SignInError(
    'no-refresh-token',
    `${connection}: the provider gave no refresh token; asked for was scope '${scope}'`,
    'request one: `scope` in auth usually needs offline_access, and the client must be allowed to use it',
  );
}

export function timedOut(connection: string, clientId: string, redirectUri: string): SignInError {
  return new SignInError(
    'sign-in-timeout',
    `${connection}: no sign-in in time`,
    `run it again, with a longer --timeout; if the provider showed an error, register ${redirectUri} as a redirect URI of the client '${clientId}' (or pass one that is registered: --port or --redirect-uri)`,
  );
}
