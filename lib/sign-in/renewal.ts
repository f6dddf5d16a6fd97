import type { Auth } from '../model/desired.types.ts';
import type { Secret, SecretReference } from '../model/secret.ts';
import type { Provider } from '../gateways/provider.ts';
import type { UnderLease } from '../lease/pass-gate.ts';
import type { Clock } from '../model/runtime.types.ts';
import type { KnownSecrets } from '../secrets/known-secrets.ts';
import type { SecretSource } from '../secrets/secret-source.ts';
import type { SignInStore } from './saved/saved-sign-in.types.ts';
import type { AccessToken, TokenExchange } from './token-exchange.types.ts';

/** What this process knows of a connection's credentials: a named exception to "never kept". */
export interface CachedCredential {
  /** The long-lived one: bearer token or client secret. */
  readonly secret?: Secret;
  /** The version of the secret that it came with. */
  readonly version?: string | undefined;
  /** A token of the provider's token endpoint. */
  readonly access?: AccessToken;
  /** Those that were used before, the last first. */
  readonly before?: readonly Secret[];
  /** From when on `access` is not used any more; milliseconds since the epoch. */
  readonly renewAt?: number;
}

/** What a renewal gives. */
export type KeptCredential = Pick<CachedCredential, 'secret' | 'access'>;

/** By connection and the content of its `auth`: another declaration has an entry of its own. */
export type CredentialCache = Map<string, CachedCredential>;

/** What signing in needs from outside. */
export interface SignInDependencies {
  readonly credentials: CredentialCache;
  readonly signIns: SignInStore;
  readonly secrets: Pick<SecretSource, 'values' | 'versions'>;
  readonly tokens: TokenExchange;
  readonly clock: Pick<Clock, 'now' | 'sleep'>;
}

/** A credential as it is now, with its version. */
export interface ReadSecret {
  readonly value: Secret;
  readonly version: string;
}

/** One renewal of a connection's access token. */
export interface Renewal<A extends Auth = Auth> {
  readonly auth: A;
  readonly connection: string;
  readonly provider: Pick<Provider, 'name' | 'documentedHosts'>;
  readonly deps: SignInDependencies;
  readonly signal: AbortSignal;
  readonly cached: CachedCredential;
  readonly keep: (credential: KeptCredential) => void;
  /** Reads a credential from the secret store, counted. @throws VendorError of kind `token`, or `ifAbsent` */
  readonly readSecret: (
    reference: SecretReference,
    ifAbsent?: 'needs-login',
  ) => Promise<ReadSecret>;
  readonly countDecrypted: () => void;
  /** Says which version of the credential is used from now on. */
  readonly use: (version: string) => void;
  /** What an exchange uses up must not be used by two. */
  readonly underLease: UnderLease;
  /** Gets every credential and token that is read or received. */
  readonly known: KnownSecrets;
}

/** An access token is renewed so long before it ends; one that does not last twice as long, at half its time. */
export const renewBeforeMs = 60_000;
