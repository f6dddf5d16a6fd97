import { suggest } from '../../desired/rules/suggest.ts';
import type { AllowedHost, HostOwner, HostSettings } from './allowed-hosts.types.ts';

/**
 * What was probably meant where a host is not allowed: `''`, or a clause for the end of a sentence.
 *
 * | allowed is                     | it says                              |
 * |--------------------------------|--------------------------------------|
 * | the host, for another provider | for which one                        |
 * | a host that is spelled alike   | that one, with its port if it has one |
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

/** `*.suffix` with the labels that the host has in the place of `*`. */
function filledIn(pattern: string, hostname: string): string {
  if (!pattern.startsWith('*.')) return pattern;
  const suffix = pattern.slice(2);
  const labels = hostname.split('.').slice(0, -suffix.split('.').length);
  return [...labels, suffix].join('.');
}
