import type { Auth } from '../model/desired.types.ts';
import type { Secret } from '../model/secret.ts';
import type { Renewal } from './renewal.ts';
import { isVendorError } from '../model/errors/vendor-error.ts';

type ClientCredentials = Extract<Auth, { type: 'client-credentials' }>;

/**
 * A new access token by the client credentials grant. The client secret is cached in the process. If the endpoint
 * rejects it, it is read again once, because it may have been rotated.
 *
 * @param rejected - true after a 401 from the vendor: the cached client secret is then read again too
 * @throws VendorError with operation `token`
 */
export async function renewWithClientCredentials(
  renewal: Renewal<ClientCredentials>,
  rejected: boolean,
): Promise<Secret> {
  const { auth, cached, readSecret } = renewal;
  if (!cached.secret || rejected) {
    return exchange(renewal, (await readSecret(auth.client_secret)).value);
  }
  try {
    return await exchange(renewal, cached.secret);
  } catch (error) {
    if (!isVendorError(error) || error.kind !== 'token') throw error;
    const { value: secret } = await readSecret(auth.client_secret);
    if (secret.reveal() === cached.secret.reveal()) throw error;
    return exchange(renewal, secret);
  }
}

async function exchange(
  { auth, connection, provider, deps, signal, keep, known }: Renewal<ClientCredentials>,
  secret: Secret,
): Promise<Secret> {
  const access = await deps.tokens.clientCredentials({
    provider,
    tokenUrl: auth.tokenUrl,
    clientId: auth.client_id,
    clientSecret: secret,
    ...(auth.audience !== undefined && { audience: auth.audience }),
    connection,
    signal,
    known,
  });
  keep({ secret, access });
  return access.token;
}
