import type { Auth } from '../model/desired.types.ts';
import { isVendorError, VendorError } from '../model/errors/vendor-error.ts';
import { StoreError } from '../model/errors/store-error.ts';
import type { Secret } from '../model/secret.ts';
import { renewBeforeMs } from './renewal.ts';
import type { Renewal } from './renewal.ts';
import { isCurrent, originOf, saveStubbornly, seedOf } from './saved/saved-sign-in.ts';
import type { SavedSignIn } from './saved/saved-sign-in.types.ts';
import type { RefreshedToken, RotatedOnly } from './token-exchange.types.ts';

type RefreshToken = Extract<Auth, { type: 'refresh-token' }>;

/**
 * A new access token in a person's name, in this order:
 *
 * 1. What was saved is read as it is now: if another process has saved an access token that holds, that is used.
 * 2. Otherwise the refresh token is exchanged, which may use it up, so only under the lease. It is the saved one, or that of
 *    the declared secret where nothing was saved since its present version or for this declaration.
 * 3. The new refresh token, the access token and its expiry are saved together, before first use; the refresh token also
 *    where the answer has no access token that can be used. An issuer that gives no new refresh token leaves nothing to lose:
 *    then a save that fails does not end the pass.
 *
 * `invalid_grant` is believed only after the tokens were read again and there is neither an access token that holds nor
 * another refresh token: then a user has to sign in again.
 *
 * A secret that is not there, or that has no refresh token, is what a login makes.
 *
 * @throws VendorError with operation `token`; its kind is `needs-login` where a user has to sign in
 */
export async function renewWithRefreshToken(renewal: Renewal<RefreshToken>): Promise<Secret> {
  const stored = await read(renewal);
  const known = usable(renewal, stored);
  if (known) return known;
  return renewal.underLease(async ({ isNew, assertOwned }) => {
    // While the lease was waited for, its owner may have exchanged it.
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

/** The saved access token, if it holds and is not the one that the vendor just rejected. */
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
    // Without a new one, that which is there stays, with its end.
    access: 'failed' in fresh ? access : fresh,
    origin,
    seedVersion,
  };
  const put = () => deps.signIns.save(connection, next);
  const isNew = issued.reveal() !== refreshToken.reveal();
  try {
    await (isNew ? saveStubbornly(deps.clock, put) : put());
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    // Nothing is lost: another process exchanges the same refresh token once more.
    if (!isNew) return;
    throw new VendorError(
      'token',
      'token',
      `the new refresh token could not be saved (${error.code}: ${error.message}); if the old one no longer works, sign in again`,
    );
  }
}
