import type { Provider } from '../provider.ts';

/** An entry of the allowed hosts. The port defaults to that of the scheme. */
export interface AllowedHost {
  readonly provider: string;
  /** As a URL spells it: lower case, IPv6 in brackets. */
  readonly hostname: string;
  readonly port?: number;
}

export interface HostSettings {
  readonly allowed: readonly AllowedHost[];
  /** Only if the user owns both the rows and the settings: with files, and in the embedded world. */
  readonly trustDocumentedHosts: boolean;
}

/** The provider whose hosts are checked. */
export type HostOwner = Pick<Provider, 'name' | 'documentedHosts'>;
