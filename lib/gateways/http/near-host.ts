import { suggest } from '../../desired/rules/suggest.ts';
import type { AllowedHost, HostOwner, HostSettings } from './allowed-hosts.types.ts';

/**
 * A hint for a host that is not allowed, to append to a sentence; `''` if there is none.
 *
 * | allowed is                     | hint |
 * |--------------------------------|--------------------------------------|
 * | the host, for another provider | the provider |
 * | a host with a similar name     | that host, with its port if it has one |
 */
export function nearHost(url: URL, { name, documentedHosts }: HostOwner, settings: HostSettings) {
  const { allowed, trustDocumentedHosts } = settings;
  const other = allowed.find(
    (entry) => entry.hostname === url.hostname && entry.provider !== name,
  )?.provider;
  if (other !== undefined) return `; it is allowed for ${other}`;
  const own = allowed.filter(({ provider }) => provider === name).map(shown);
  const documented = trustDocumentedHosts
    ? documentedHosts.map((pattern) => filledIn(pattern, url.hostname))
    : [];
  const near = suggest(url.host, [...own, ...documented]);
  return near === undefined ? '' : `; did you mean ${near}?`;
}

const shown = ({ hostname, port }: AllowedHost) =>
  port === undefined ? hostname : `${hostname}:${port}`;

/** `*.suffix` with `*` replaced by the labels of the host. */
function filledIn(pattern: string, hostname: string): string {
  if (!pattern.startsWith('*.')) return pattern;
  const suffix = pattern.slice(2);
  const labels = hostname.split('.').slice(0, -suffix.split('.').length);
  return [...labels, suffix].join('.');
}
