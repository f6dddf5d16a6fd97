import type { Auth } from '../model/desired.types.ts';
import type { JsonObject } from '../model/json/json.types.ts';
import { Secret } from '../model/secret.ts';
import { renewBeforeMs } from './renewal.ts';
import type { Renewal } from './renewal.ts';
import { StoreError } from '../model/errors/store-error.ts';
import type { AccessToken, RefreshedToken, RotatedOnly } from './token-exchange.types.ts';
import { isVendorError, VendorError } from '../model/errors/vendor-error.ts';
import { defaultTokenKey, saveStubbornly, tokenObject, withTokens } from './stored-token.ts';

type RefreshToken = Extract<Auth, { type: 'refresh-token' }>;

/** What the secret of a `refresh-token` connection holds. */
interface Stored {
  readonly refreshToken: Secret;
  readonly access: AccessToken | undefined;
  /** All of it: members that are not Trueup's stay. */
  readonly whole: JsonObject;
}

/**
 * A new access token in a person's name, in this order:
 *
 * 1. The secret is read as it is now: if another process has saved an access token that holds, that is used.
 * 2. Otherwise the refresh token is exchanged, which may use it up, so only under the lease.
 * 3. The new refresh token, the access token and its expiry are saved beside each other, before first use; the refresh token
 *    also where the answer has no access token that can be used.
 *
 * `invalid_grant` is believed only after the secret was read again and has neither an access token that holds nor another
 * refresh token: then a user has to sign in again.
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
  stored: Stored,
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
function usable({ cached, deps, keep }: Renewal<RefreshToken>, { access }: Stored) {
  const holds = access && access.expiresAt - renewBeforeMs > deps.clock.now();
  if (!holds || access.token.reveal() === cached.access?.token.reveal()) return undefined;
  keep({ access });
  return access.token;
}

async function exchange(
  renewal: Renewal<RefreshToken>,
  stored: Stored,
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

async function read({
  auth,
  connection,
  deps,
  countDecrypted,
  use,
  known,
}: Renewal<RefreshToken>): Promise<Stored> {
  const { secret: name, key = defaultTokenKey } = auth.refresh_token;
  const context = { connection };
  const found = await deps.credentialStore.read(connection, name).catch((error: unknown) => {
    if (!(error instanceof StoreError)) throw error;
    const kind = error.code === 'store-absent' ? 'needs-login' : 'token';
    const why = kind === 'token' ? '' : ' has no refresh token';
    throw new VendorError(kind, 'token', `secret ${name}${why}: ${error.message}`, { context });
  });
  countDecrypted();
  use(found.version);
  const whole = tokenObject(found.value);
  if (!whole) {
    throw new VendorError('token', 'token', `secret ${name} is not a JSON object`, { context });
  }
  const token = whole[key];
  if (typeof token !== 'string' || token === '') {
    const why = `secret ${name} has no refresh token in its member '${key}'`;
    throw new VendorError('needs-login', 'token', why, { context });
  }
  const { access_token: accessText, expires_at: expiresAt } = whole;
  const refreshToken = new Secret(token);
  const access = typeof accessText === 'string' ? new Secret(accessText) : undefined;
  known.add(access ? [refreshToken, access] : [refreshToken]);
  return {
    refreshToken,
    access:
      access && typeof expiresAt === 'string'
        ? { token: access, expiresAt: Date.parse(expiresAt) }
        : undefined,
    whole,
  };
}

async function save(
  { auth, connection, deps, use }: Renewal<RefreshToken>,
  { whole, refreshToken }: Stored,
  fresh: RefreshedToken | RotatedOnly,
): Promise<void> {
  const { secret: name, key = defaultTokenKey } = auth.refresh_token;
  const access = 'failed' in fresh ? undefined : fresh;
  const value = withTokens(whole, key, fresh.refreshToken ?? refreshToken, access);
  // The same each time: a save whose answer was lost is not made twice.
  const writeId = deps.uuid();
  try {
    await saveStubbornly(deps.clock, async () => {
      const { version } = await deps.credentialStore.save(connection, name, value, writeId);
      use(version);
    });
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    throw new VendorError(
      'token',
      'token',
      `secret ${name}: the new refresh token could not be saved (${error.code}); if the old one no longer works, sign in again`,
    );
  }
}
