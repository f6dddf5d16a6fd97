import type { Auth } from '../model/desired.types.ts';
import { isVendorError, VendorError } from '../model/errors/vendor-error.ts';
import { StoreError } from '../model/errors/store-error.ts';
import type { Secret } from '../model/secret.ts';
import { renewBeforeMs } from './renewal.ts';
import type { Renewal } from './renewal.ts';
import { isCurrent, originOf, saveWithRetries, seedOf } from './saved/saved-sign-in.ts';
import type { SavedSignIn } from './saved/saved-sign-in.types.ts';
import type { RefreshedToken, RotatedOnly } from './token-exchange.types.ts';

type RefreshToken = Extract<Auth, { type: 'refresh-token' }>;

/**
 * A new access token on behalf of a user, in these steps:
 *
 * 1. The saved tokens are read. If another process saved an access token that is valid, it is used.
 * 2. Otherwise the refresh token is exchanged. That may invalidate it, so it requires the lease. It is the saved one,
 *    or that of the declared secret if nothing was saved for its current version or for this declaration.
 * 3. The new refresh token, the access token and its expiry are saved together, before first use. The refresh token is
 *    also saved if the answer has no usable access token. If the issuer returns no new refresh token, a failed save
 *    does
 *    not end the pass, because nothing is lost.
 *
 * After `invalid_grant`, the tokens are read again. Only if there is neither a valid access token nor another refresh
 * token, a user has to sign in again.
 *
 * A missing secret, or one without a refresh token, is resolved by a login.
 *
 * @throws VendorError with operation `token`; its kind is `needs-login` if a user has to sign in
 */
export async function renewWithRefreshToken(renewal: Renewal<RefreshToken>): Promise<Secret> {
  const stored = await read(renewal);
  const known = usable(renewal, stored);
  if (known) return known;
  return renewal.underLease(async ({ isNew, assertOwned }) => {
    // While this process waited for the lease, its owner may have exchanged the token.
    const current = isNew ? await read(renewal) : stored;
    const saved = isNew ? usable(renewal, current) : undefined;
    return saved ?? exchangeUnderLease(renewal, current, assertOwned);
  });
}

async function exchangeUnderLease(
  renewal: Renewal<RefreshToken>,
  stored: SavedSignIn,
  assertOwned: () => void,
): Promise<Secret> {
  try {
    return await exchange(renewal, stored, assertOwned);
  } catch (error) {
    if (!isVendorError(error) || error.kind !== 'needs-login') throw error;
    const again = await read(renewal);
    const saved = usable(renewal, again);
    if (saved) return saved;
    if (again.refreshToken.reveal() === stored.refreshToken.reveal()) throw error;
    return exchange(renewal, again, assertOwned);
  }
}

/** The saved access token, if it is valid and not the one that the vendor just rejected. */
function usable({ cached, deps, keep }: Renewal<RefreshToken>, { access }: SavedSignIn) {
  const holds = access && access.expiresAt - renewBeforeMs > deps.clock.now();
  if (!holds || access.token.reveal() === cached.access?.token.reveal()) return undefined;
  keep({ access });
  return access.token;
}

async function exchange(
  renewal: Renewal<RefreshToken>,
  stored: SavedSignIn,
  assertOwned: () => void,
): Promise<Secret> {
  const { auth, connection, provider, deps, signal, known } = renewal;
  assertOwned();
  const fresh = await deps.tokens.refreshToken({
    provider,
    tokenUrl: auth.tokenUrl,
    clientId: auth.client_id,
    refreshToken: stored.refreshToken,
    connection,
    signal,
    known,
  });
  await save(renewal, stored, fresh);
  if ('failed' in fresh) throw fresh.failed;
  renewal.keep({ access: fresh });
  return fresh.token;
}

async function read(renewal: Renewal<RefreshToken>): Promise<SavedSignIn> {
  const { auth, connection, deps, use, known, countDecrypted } = renewal;
  const seed = seedOf(auth);
  const [saved, versions] = await Promise.all([
    deps.signIns.read(connection),
    deps.secrets.versions(connection, [seed.secret]),
  ]).catch((error: unknown) => {
    if (!(error instanceof StoreError)) throw error;
    throw new VendorError('token', 'token', error.message, { context: { connection } });
  });
  if (saved) countDecrypted();
  const version = versions.get(seed.secret);
  if (saved && isCurrent(saved, auth, version)) {
    if (version !== undefined) use(version);
    known.add([saved.refreshToken, ...(saved.access ? [saved.access.token] : [])]);
    return saved;
  }
  const found = await renewal.readSecret(seed, 'needs-login');
  return { refreshToken: found.value, origin: originOf(auth), seedVersion: found.version };
}

async function save(
  { connection, deps }: Renewal<RefreshToken>,
  { refreshToken, access, origin, seedVersion }: SavedSignIn,
  fresh: RefreshedToken | RotatedOnly,
): Promise<void> {
  const { refreshToken: issued = refreshToken } = fresh;
  const next = {
    refreshToken: issued,
    // Without a new access token, the saved one stays, with its expiry.
    access: 'failed' in fresh ? access : fresh,
    origin,
    seedVersion,
  };
  const put = () => deps.signIns.save(connection, next);
  const isNew = issued.reveal() !== refreshToken.reveal();
  try {
    await (isNew ? saveWithRetries(deps.clock, put) : put());
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    // Nothing is lost: another process exchanges the same refresh token again.
    if (!isNew) return;
    throw new VendorError(
      'token',
      'token',
      `the new refresh token could not be saved (${error.code}: ${error.message}); if the old one no longer works, sign in again`,
    );
  }
}
