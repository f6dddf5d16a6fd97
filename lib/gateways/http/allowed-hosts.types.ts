import type { Provider } from '../provider.ts';

/** One entry of the allowed hosts. Without a port: the scheme's own. */
export interface AllowedHost {
  readonly provider: string;
  /** As a URL spells it: lower case, IPv6 in brackets. */
  readonly hostname: string;
  readonly port?: number;
}

export interface HostSettings {
  readonly allowed: readonly AllowedHost[];
  /** Only where the user owns both the rows and the settings: with files, and in the embedded world. */
  readonly trustDocumentedHosts: boolean;
}

/** Whose hosts are asked about. */
export type HostOwner = Pick<Provider, 'name' | 'documentedHosts'>;
