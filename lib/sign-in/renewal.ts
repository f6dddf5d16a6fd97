import type { Auth } from '../model/desired.types.ts';
import type { Secret, SecretReference } from '../model/secret.ts';
import type { Provider } from '../gateways/provider.ts';
import type { UnderLease } from '../lease/pass-gate.ts';
import type { Clock } from '../model/runtime.types.ts';
import type { KnownSecrets } from '../secrets/known-secrets.ts';
import type { SecretSource } from '../secrets/secret-source.ts';
import type { SignInStore } from './saved/saved-sign-in.types.ts';
import type { AccessToken, TokenExchange } from './token-exchange.types.ts';

/** The credentials of a connection in this process's memory: the one exception to the rule that secrets are not kept. */
export interface CachedCredential {
  /** The long-lived credential: bearer token or client secret. */
  readonly secret?: Secret;
  /** The version of that secret. */
  readonly version?: string | undefined;
  /** An access token from the token endpoint. */
  readonly access?: AccessToken;
  /** Earlier credentials, the latest first. */
  readonly before?: readonly Secret[];
  /** When to stop using `access`; milliseconds since the epoch. */
  readonly renewAt?: number;
}

/** The result of a renewal. */
export type KeptCredential = Pick<CachedCredential, 'secret' | 'access'>;

/** By connection and the content of its `auth`, so that a changed declaration has its own entry. */
export type CredentialCache = Map<string, CachedCredential>;

/** The dependencies of signing in. */
export interface SignInDependencies {
  readonly credentials: CredentialCache;
  readonly signIns: SignInStore;
  readonly secrets: Pick<SecretSource, 'values' | 'versions'>;
  readonly tokens: TokenExchange;
  readonly clock: Pick<Clock, 'now' | 'sleep'>;
}

/** The current value of a credential, with its version. */
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
  /** Reads a credential from the secret store and counts that. @throws VendorError of kind `token`, or `ifAbsent` */
  readonly readSecret: (
    reference: SecretReference,
    ifAbsent?: 'needs-login',
  ) => Promise<ReadSecret>;
  readonly countDecrypted: () => void;
  /** Sets the version of the credential that is used from now on. */
  readonly use: (version: string) => void;
  /** For exchanges that invalidate the refresh token, which only one process may do. */
  readonly underLease: UnderLease;
  /** Receives every credential and token. */
  readonly known: KnownSecrets;
}

/** An access token is renewed this long before it expires, or after half its lifetime if that is shorter. */
export const renewBeforeMs = 60_000;
