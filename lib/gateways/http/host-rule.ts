import { isIP } from 'node:net';
import { TrueupError } from '../../model/errors/errors.ts';
import type { JsonObject } from '../../model/json/json.types.ts';
import type { VendorOperation } from '../../model/errors/vendor-error.ts';
import { VendorError } from '../../model/errors/vendor-error.ts';
import type { AllowedHost, HostOwner, HostSettings } from './allowed-hosts.types.ts';
import { nearHost } from './near-host.ts';
import { addressKind } from './addresses.ts';

/**
 * The addresses to which a host may resolve: `public` for documented hosts, `named` for hosts in the settings,
 * `loopback` for plain http.
 */
export type Reach = 'public' | 'named' | 'loopback';

export interface AllowedUrl {
  readonly url: URL;
  readonly reach: Reach;
}

const entryForm =
  /^([a-z][a-z0-9-]*)=(\[[0-9a-f:.]+\]|[a-z0-9_-]+(?:\.[a-z0-9_-]+)*)(?::(\d{1,5}))?$/i;

/**
 * Reads `provider=host[:port],provider=host`, the form of TRUEUP_ALLOWED_HOSTS. Hosts are exact, without wildcards,
 * schemes or paths. An empty text allows no hosts.
 *
 * @throws TrueupError (`allowed-hosts`) that names the invalid entry
 */
export function parseAllowedHosts(text: string): readonly AllowedHost[] {
  if (text.trim() === '') return [];
  return text.split(',').map((part) => parseEntry(part.trim()));
}

function parseEntry(entry: string): AllowedHost {
  const [, provider, host, port] = entryForm.exec(entry) ?? [];
  const hostname = host === undefined ? undefined : URL.parse(`https://${host}`)?.hostname;
  const portNumber = port === undefined ? undefined : Number(port);
  if (
    provider === undefined ||
    hostname === undefined ||
    (portNumber !== undefined && (portNumber < 1 || portNumber > 65_535))
  ) {
    throw new TrueupError(
      'allowed-hosts',
      `allowed hosts: '${entry}' is not of the form provider=host or provider=host:port ` +
        "(an exact host: no '*', no scheme, no path)",
    );
  }
  return {
    provider: provider.toLowerCase(),
    hostname,
    ...(portNumber !== undefined && { port: portNumber }),
  };
}

/**
 * Returns the URL if credentials may be sent to it, with the addresses to which its host may resolve.
 *
 * Requires https (plain http only for loopback), the exact host and port of the settings for this provider or (with
 * `trustDocumentedHosts`) one of the vendor's documented hosts with the default port, and no user name, password or
 * fragment.
 *
 * @throws VendorError (`host`) if nothing may be sent
 */
export function assertAllowedUrl(
  text: string,
  owner: HostOwner,
  settings: HostSettings,
  operation: VendorOperation,
  context: JsonObject = {},
): AllowedUrl {
  const refuse = (why: string): never => {
    throw new VendorError('host', operation, why, { context });
  };
  const url = URL.parse(text) ?? refuse('the address is not a URL');
  if (url.protocol !== 'https:' && url.protocol !== 'http:') refuse('the address must be https');
  if (url.username !== '' || url.password !== '') {
    refuse(`the address at ${url.host} must not hold a user name or password`);
  }
  if (text.includes('#')) refuse(`the address at ${url.host} must not have a fragment`);
  if (url.protocol === 'http:' && !isLoopbackName(url.hostname)) {
    refuse(`${url.host} must be addressed by https: plain http is for loopback addresses`);
  }
  const reach = reachOf(url, owner, settings);
  if (reach === undefined) {
    const near = nearHost(url, owner, settings);
    const allow = `in allowedHosts of the stack, or in TRUEUP_ALLOWED_HOSTS as ${owner.name}=${url.host}`;
    return refuse(
      `${url.host} is not among the allowed hosts for ${owner.name}` +
        (near.endsWith('?')
          ? `${near} Only if ${url.host} is right, name it ${allow}`
          : `: name it ${allow}${near}`),
    );
  }
  const literal = literalOf(url.hostname);
  if (literal !== undefined && !mayReach(literal, reach))
    refuse(unreachable(url.host, literal, reach));
  return { url, reach };
}

/** Whether a connection may be opened to `address`, to which a host with this reach resolved. */
export function mayReach(address: string, reach: Reach): boolean {
  const kind = addressKind(address);
  switch (reach) {
    case 'public':
      return kind === 'public';
    case 'named':
      return kind !== 'never';
    case 'loopback':
      return kind === 'loopback';
  }
}

/** A message: why an address is refused. */
export function unreachable(host: string, address: string, reach: Reach): string {
  const wanted = { public: 'a public', named: 'an allowed', loopback: 'a loopback' }[reach];
  return `${host} leads to ${address}, which is not ${wanted} address`;
}

function reachOf(url: URL, owner: HostOwner, settings: HostSettings): Reach | undefined {
  const port = portOf(url);
  const usual = usualPort(url);
  const named = settings.allowed.some(
    (entry) =>
      entry.provider === owner.name &&
      entry.hostname === url.hostname &&
      (entry.port ?? usual) === port,
  );
  if (named) return url.protocol === 'http:' ? 'loopback' : 'named';
  const documented =
    settings.trustDocumentedHosts &&
    port === usual &&
    owner.documentedHosts.some((pattern) => fits(url.hostname, pattern));
  return documented ? 'public' : undefined;
}

const usualPort = (url: URL) => (url.protocol === 'https:' ? 443 : 80);
const portOf = (url: URL) => (url.port === '' ? usualPort(url) : Number(url.port));

/** `*.suffix` matches one or more labels before the suffix. */
function fits(hostname: string, pattern: string): boolean {
  if (!pattern.startsWith('*.')) return hostname === pattern;
  const suffix = pattern.slice(1);
  return hostname.endsWith(suffix) && /^[^.]+(\.[^.]+)*$/.test(hostname.slice(0, -suffix.length));
}

function literalOf(hostname: string): string | undefined {
  const bare = hostname.startsWith('[') ? hostname.slice(1, -1) : hostname;
  return isIP(bare) === 0 ? undefined : bare;
}

function isLoopbackName(hostname: string): boolean {
  const literal = literalOf(hostname);
  return literal === undefined ? hostname === 'localhost' : addressKind(literal) === 'loopback';
}
