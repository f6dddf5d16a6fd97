import { connect as connectPlain } from 'node:net';
import type { Socket } from 'node:net';
import { connect as connectSecure, TLSSocket } from 'node:tls';
import type { VendorOperation } from '../../model/errors/vendor-error.ts';
import { VendorError } from '../../model/errors/vendor-error.ts';
import type { HostOwner, HostSettings } from './allowed-hosts.types.ts';
import type { Reach } from './host-rule.ts';
import { assertAllowedUrl } from './host-rule.ts';
import { checkedLookup, judge, resolveByDns, tlsOptions, WireError } from './wire.ts';
import type { Resolve } from './wire.ts';

/** The result of a connection to a host. */
export interface HostFinding {
  /** The address that was reached. */
  readonly address: string;
  /** When its certificate expires, ISO 8601; absent for plain http. */
  readonly certifiedUntil?: string;
}

/**
 * Opens a connection to a URL's host, with the same rules as for a request, without sending anything.
 *
 * @throws VendorError of kind `host`, `no-route` or `tls`
 */
export type HostProbe = (
  url: string,
  owner: HostOwner,
  operation: VendorOperation,
) => Promise<HostFinding>;

export interface HostProbeOptions {
  readonly hosts: HostSettings;
  /** Timeout for opening a connection. Defaults to 10,000 ms. */
  readonly timeoutMs?: number;
  readonly resolve?: Resolve;
  /** An additional certificate authority to trust, PEM. */
  readonly extraCa?: string;
}

export function createHostProbe(options: HostProbeOptions): HostProbe {
  const { hosts, timeoutMs = 10_000, resolve = resolveByDns, extraCa } = options;
  return async (text, owner, operation) => {
    const { url, reach } = assertAllowedUrl(text, owner, hosts, operation);
    try {
      return await open(url, reach, { timeoutMs, resolve, extraCa });
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      const { failure, message } = error;
      const kind = failure === 'host' || failure === 'tls' ? failure : 'no-route';
      throw new VendorError(kind, operation, `${url.host}: ${message}`);
    }
  };
}

interface Opening {
  readonly timeoutMs: number;
  readonly resolve: Resolve;
  readonly extraCa: string | undefined;
}

function open(url: URL, reach: Reach, { timeoutMs, resolve, extraCa }: Opening) {
  const isSecure = url.protocol === 'https:';
  const host = url.hostname.replaceAll(/[[\]]/g, '');
  const port = url.port === '' ? (isSecure ? 443 : 80) : Number(url.port);
  const where = { host, port, lookup: checkedLookup(reach, resolve) };
  return new Promise<HostFinding>((done, fail) => {
    const socket: Socket = isSecure
      ? connectSecure({ ...where, ...tlsOptions(extraCa), servername: host })
      : connectPlain(where);
    let connected = false;
    const end = (settle: () => void) => {
      socket.destroy();
      settle();
    };
    socket.setTimeout(timeoutMs, () =>
      end(() => fail(new WireError('no-route', `no connection within ${timeoutMs / 1000} s`))),
    );
    socket.once('connect', () => (connected = true));
    socket.once('error', (error) => end(() => fail(judge(error, false, connected && isSecure))));
    socket.once(isSecure ? 'secureConnect' : 'connect', () => {
      const { remoteAddress: address = host } = socket;
      const until = socket instanceof TLSSocket ? socket.getPeerCertificate().valid_to : undefined;
      const certified = until !== undefined && { certifiedUntil: new Date(until).toISOString() };
      end(() => done({ address, ...certified }));
    });
  });
}
