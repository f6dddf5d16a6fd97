import { digestOf } from '../plan/diff/change.ts';
import type { Auth, Connection } from '../model/desired.types.ts';
import type { Json } from '../model/json/json.types.ts';
import type { Secret, SecretReference } from '../model/secret.ts';
import { renewWithClientCredentials } from './client-credentials.ts';
import type { Provider } from '../gateways/provider.ts';
import type { KnownSecrets } from '../secrets/known-secrets.ts';
import { secretProblem, wasDecrypted } from '../secrets/secret-source.ts';
import { VendorError } from '../model/errors/vendor-error.ts';
import { renewWithRefreshToken } from './refresh-token.ts';
import type { UnderLease } from '../lease/pass-gate.ts';
import { renewBeforeMs } from './renewal.ts';
import type {
  CachedCredential,
  KeptCredential,
  ReadSecret,
  Renewal,
  SignInDependencies,
} from './renewal.ts';

/** The bearer token of one connection for one pass. Uses and updates the cache of the process. */
export class Credentials {
  /** Number of credentials that this pass read from the secret store. */
  decrypted = 0;
  /** Version of the secret that this pass last read or saved; absent if none. */
  version: string | undefined;
  readonly #connection: Connection;
  readonly #provider: Provider;
  readonly #deps: SignInDependencies;
  readonly #signal: AbortSignal;
  readonly #underLease: UnderLease;
  readonly #known: KnownSecrets;
  readonly #key: string;
  #underWay: Promise<Secret> | undefined;

  /** @param known - receives every credential and token, including earlier ones of this process */
  constructor(
    connection: Connection,
    provider: Provider,
    deps: SignInDependencies,
    signal: AbortSignal,
    underLease: UnderLease,
    known: KnownSecrets,
  ) {
    this.#connection = connection;
    this.#provider = provider;
    this.#deps = deps;
    this.#signal = signal;
    this.#underLease = underLease;
    this.#known = known;
    const mine = `${connection.name} `;
    this.#key = `${mine}${digestOf(connection.auth as unknown as Json)}`;
    for (const [key, credential] of deps.credentials) {
      if (key.startsWith(mine)) known.add(secretsOf(credential));
    }
  }

  /**
   * The token to send. Concurrent requests share one renewal.
   *
   * @param options - `renew` after a 401: the cached token is not used
   * @throws VendorError with operation `token` if there is none
   */
  async token({ renew }: { renew: boolean }): Promise<Secret> {
    const known = renew ? undefined : this.#current();
    if (known) return known;
    this.#underWay ??= this.#renew(renew).finally(() => (this.#underWay = undefined));
    return this.#underWay;
  }

  /** Clears the cache after a rejection, so that the next pass reads the secret again. */
  forget(): void {
    this.#deps.credentials.set(this.#key, { before: secretsOf(this.#cached()) });
  }

  /**
   * The version of the declared secret in use. If the secret store has a newer one, it is read before the next request.
   *
   * @param current - the version in the secret store, if known
   */
  versionInUse(current: string | undefined): string | undefined {
    const { version } = this.#cached();
    if (current === undefined || current === version) return version;
    // Without a version, the cached token may come from a login before the secret existed.
    this.forget();
    return current;
  }

  #current(): Secret | undefined {
    const { secret, access, renewAt = 0 } = this.#cached();
    if (this.#connection.auth.type === 'bearer') return secret;
    return this.#deps.clock.now() < renewAt ? access?.token : undefined;
  }

  async #renew(rejected: boolean): Promise<Secret> {
    const { auth } = this.#connection;
    switch (auth.type) {
      case 'bearer': {
        const { value: secret } = await this.#read(auth.token);
        this.#keep({ secret });
        return secret;
      }
      case 'client-credentials':
        return renewWithClientCredentials(this.#renewal(auth), rejected);
      case 'refresh-token':
        return renewWithRefreshToken(this.#renewal(auth));
    }
  }

  #renewal<A extends Auth>(auth: A): Renewal<A> {
    return {
      auth,
      connection: this.#connection.name,
      provider: this.#provider,
      deps: this.#deps,
      signal: this.#signal,
      cached: this.#cached(),
      keep: (credential) => this.#keep(credential),
      readSecret: (reference, kind) => this.#read(reference, kind),
      countDecrypted: () => {
        this.decrypted += 1;
      },
      use: (version) => {
        this.version = version;
      },
      underLease: this.#underLease,
      known: this.#known,
    };
  }

  #cached(): CachedCredential {
    return this.#deps.credentials.get(this.#key) ?? {};
  }

  #keep(credential: KeptCredential): void {
    const { credentials, clock } = this.#deps;
    const { expiresAt = 0 } = credential.access ?? {};
    const early = Math.min(renewBeforeMs, (expiresAt - clock.now()) / 2);
    this.#known.add(secretsOf(credential));
    const known = this.#cached();
    const before = secretsOf(known).slice(0, mostBefore);
    const version = this.version ?? known.version;
    const renewAt = expiresAt - early;
    credentials.set(this.#key, { ...credential, version, before, renewAt });
  }

  /** @param kind - the kind of error if the secret or its key does not exist */
  async #read(
    reference: SecretReference,
    kind: 'token' | 'needs-login' = 'token',
  ): Promise<ReadSecret> {
    const [found] = await this.#deps.secrets.values(this.#connection.name, [reference]);
    if (wasDecrypted(found)) this.decrypted += 1;
    if (!found?.found) {
      const unread = found ?? { found: false, code: 'unavailable', message: 'was not read' };
      const context = { connection: this.#connection.name };
      const isAbsent = unread.code === 'missing' || unread.code === 'key';
      const problem = secretProblem(reference, unread);
      throw new VendorError(isAbsent ? kind : 'token', 'token', problem, { context });
    }
    this.version = found.version;
    this.#known.add([found.value]);
    return found;
  }
}

/** Maximum number of earlier credentials that are kept for each connection. */
const mostBefore = 20;

function secretsOf({ secret, access, before = [] }: CachedCredential): readonly Secret[] {
  return [...(secret ? [secret] : []), ...(access ? [access.token] : []), ...before];
}
