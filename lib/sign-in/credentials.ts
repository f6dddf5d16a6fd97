import { digestOf } from '../plan/change.ts';
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

/** The bearer token of one connection for one pass; what it learns stays in the process. */
export class Credentials {
  /** Credentials that this pass read from the secret store. */
  decrypted = 0;
  /** Version of the secret that this pass read or saved last; absent if it did neither. */
  version: string | undefined;
  readonly #connection: Connection;
  readonly #provider: Provider;
  readonly #deps: SignInDependencies;
  readonly #signal: AbortSignal;
  readonly #underLease: UnderLease;
  readonly #known: KnownSecrets;
  readonly #key: string;
  #underWay: Promise<Secret> | undefined;

  /** @param known - gets every credential and token, with those that the process had for the connection before */
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
   * The token to send. Requests that ask at the same time share one renewal.
   *
   * @param options - `renew` after a 401: the known one is no longer good
   * @throws VendorError with operation `token` without one
   */
  async token({ renew }: { renew: boolean }): Promise<Secret> {
    const known = renew ? undefined : this.#current();
    if (known) return known;
    this.#underWay ??= this.#renew(renew).finally(() => (this.#underWay = undefined));
    return this.#underWay;
  }

  /** After a refusal: the next pass reads the secret again, which may have been refused before anything was sent. */
  forget(): void {
    this.#deps.credentials.set(this.#key, { before: secretsOf(this.#cached()) });
  }

  /**
   * The version of the declared secret in use. A newer one that was seen in the secret store is read before the next request.
   *
   * @param current - as the secret store has it, where it is known
   */
  versionInUse(current: string | undefined): string | undefined {
    const { version } = this.#cached();
    if (current === undefined || current === version) return version;
    // Without a version it may be a login's access token, from when there was no such secret.
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

  /** @param kind - of the error where the secret, or its member, is not there */
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

/** Of a connection that has been served for a year, so many former credentials are known at its next pass. */
const mostBefore = 20;

function secretsOf({ secret, access, before = [] }: CachedCredential): readonly Secret[] {
  return [...(secret ? [secret] : []), ...(access ? [access.token] : []), ...before];
}
