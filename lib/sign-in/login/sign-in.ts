import * as oauth from 'oauth4webapi';
import type { Auth } from '../../model/desired.types.ts';
import { plainText } from '../../model/text/plain-text.ts';
import { Secret } from '../../model/secret.ts';
import { KnownSecrets } from '../../secrets/known-secrets.ts';
import type { Provider } from '../../gateways/provider.ts';
import type { SignInDependencies } from '../renewal.ts';
import type { RefreshedToken } from '../token-exchange.types.ts';
import { authorizationUrl } from './authorization-url.ts';
import { listen } from './listener.ts';
import type { Answer, Listener } from './listener.ts';
import type { RedirectAddress } from './redirect-address.ts';
import { lost, noRefreshToken, refused, refusedCode, timedOut } from './refusals.ts';
import { SignInError } from './sign-in-error.ts';

/** The parameters of a sign-in, and its callbacks. */
export interface SignIn {
  readonly connection: string;
  readonly auth: Extract<Auth, { type: 'refresh-token' }>;
  readonly provider: Pick<Provider, 'name' | 'documentedHosts'>;
  readonly address: RedirectAddress;
  readonly timeoutMs: number;
  readonly deps: Pick<SignInDependencies, 'tokens' | 'clock'>;
  readonly stop: AbortSignal;
  /** Shows the address to open in a browser, and opens it if possible. */
  readonly visit: (url: string) => void;
  /** Called for an answer to another sign-in, which is rejected. */
  readonly onStranger: () => void;
}

/** The secrets that no message may contain. */
interface Known {
  readonly known: KnownSecrets;
}

/** Both tokens of a sign-in. */
export type SignedIn = RefreshedToken & Required<Pick<RefreshedToken, 'refreshToken'>>;

const defaultScope = 'openid offline_access';

/**
 * Signs a user in: authorization code with PKCE in the browser, with the answer on loopback. Stores nothing.
 *
 * @throws SignInError with the next step; VendorError if the endpoints cannot be used
 */
export async function signIn(request: SignIn): Promise<SignedIn> {
  const { connection, auth, provider, deps, stop: signal } = request;
  const { tokenUrl, client_id: clientId, scope = defaultScope, audience } = auth;
  const known = new KnownSecrets();
  const common = { provider, tokenUrl, connection, signal, known };
  const { authorizeUrl } = auth;
  const endpoint = await deps.tokens.authorizationEndpoint({
    ...common,
    ...(authorizeUrl !== undefined && { authorizeUrl }),
  });
  if (endpoint === undefined) throw unknownEndpoint(connection);
  const verifier = new Secret(oauth.generateRandomCodeVerifier());
  known.add([verifier]);
  const challenge = await oauth.calculatePKCECodeChallenge(verifier.reveal());
  const state = oauth.generateRandomState();
  const listener = await startListener(request, state);
  try {
    const { redirectUri } = listener;
    const asked = { clientId, redirectUri, scope, audience, state, challenge };
    const url = authorizationUrl(endpoint, asked);
    request.visit(url);
    const answer = await waitForAnswer(listener, request);
    return await redeem(answer, { ...request, known }, state, async (code) =>
      deps.tokens.authorizationCode({ ...common, clientId, code, verifier, redirectUri }),
    );
  } finally {
    await listener.close();
  }
}

async function startListener({ address, onStranger }: SignIn, state: string): Promise<Listener> {
  try {
    return await listen(address, state, onStranger);
  } catch (error) {
    const { host, port } = address;
    const { code = 'it failed' } = error as NodeJS.ErrnoException;
    const isTaken = code === 'EADDRINUSE' || code === 'EACCES';
    throw new SignInError(
      'no-listener',
      `cannot listen on ${host}${port === 0 ? '' : `, port ${port}`}: ${code}`,
      isTaken ? 'pass a free port with --port' : 'run it on a machine with a loopback address',
      { cause: error },
    );
  }
}

function unknownEndpoint(connection: string): SignInError {
  return new SignInError(
    'usage',
    `${connection}: no address to sign in at: there is no OpenID discovery document above tokenUrl that names it`,
    'set `authorizeUrl` in auth; see the documentation of the gateway or its OAuth server',
  );
}

async function waitForAnswer(
  { answered, redirectUri }: Listener,
  { connection, auth, timeoutMs, deps, stop }: SignIn,
): Promise<Answer> {
  const done = new AbortController();
  const signal = AbortSignal.any([stop, done.signal]);
  try {
    const late = deps.clock.sleep(timeoutMs, signal).then(() => undefined);
    const answer = await Promise.race([answered, late]);
    stop.throwIfAborted();
    if (answer) return answer;
    throw timedOut(connection, auth.client_id, redirectUri);
  } finally {
    done.abort();
  }
}

/** Exchanges the code, and shows the result in the browser. */
async function redeem(
  { parameters, show }: Answer,
  request: SignIn & Known,
  state: string,
  exchange: (code: Secret) => Promise<RefreshedToken>,
): Promise<SignedIn> {
  const { connection, auth } = request;
  try {
    const tokens = await exchange(codeIn(parameters, request, state)).catch((failed: unknown) => {
      throw refusedCode(connection, auth.client_id, failed);
    });
    const { refreshToken } = tokens;
    if (!refreshToken) throw noRefreshToken(connection, auth.scope ?? defaultScope);
    await show(signedIn);
    return { ...tokens, refreshToken };
  } catch (failed) {
    const why = failed instanceof SignInError ? failed.message : 'it failed';
    const text = `${plainText(why)}. The terminal shows what to do next.`;
    await show({ status: 400, title: 'Not signed in', text });
    throw failed;
  }
}

/** @throws SignInError if the answer is an error or has no usable code */
function codeIn(
  parameters: URLSearchParams,
  { connection, auth, known }: SignIn & Known,
  state: string,
): Secret {
  const { client_id: clientId, tokenUrl } = auth;
  // The issuer in the answer is accepted: `auth` does not declare one, and the code is sent only to the declared token
  // endpoint.
  const server = { issuer: parameters.get('iss') || tokenUrl };
  try {
    const checked = oauth.validateAuthResponse(server, { client_id: clientId }, parameters, state);
    const code = checked.get('code');
    if (code) return new Secret(code);
  } catch (error) {
    if (error instanceof oauth.AuthorizationResponseError) {
      throw refused(connection, clientId, error, known);
    }
    // No cause: the library's errors contain the answer.
  }
  throw lost(connection);
}

const signedIn = {
  status: 200,
  title: 'Signed in',
  text: 'Trueup now stores the token; the terminal shows when that is done. You can close this page.',
};
