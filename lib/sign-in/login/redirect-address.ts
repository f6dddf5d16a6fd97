/** The loopback address to which the provider redirects the browser. */
export interface RedirectAddress {
  /** The address to listen on. */
  readonly host: '127.0.0.1' | '::1';
  /** 0: any free port. */
  readonly port: number;
  readonly path: string;
  /** The redirect URI with the actual port. */
  readonly withPort: (port: number) => string;
}

/** RFC 8252, 7.3: the loopback IP address, with any port. */
export function loopbackAddress(port = 0): RedirectAddress {
  return { ...parse(new URL('http://127.0.0.1/callback')), port };
}

/**
 * A redirect URI as it is registered at the provider. Without a port, any port is used.
 *
 * @returns undefined unless it is plain http on this machine
 */
export function redirectAddress(text: string): RedirectAddress | undefined {
  const url = URL.parse(text);
  const isLoopback = url && ['127.0.0.1', '[::1]', 'localhost'].includes(url.hostname);
  const isPlain = url?.protocol === 'http:' && `${url.username}${url.password}` === '';
  return url && isLoopback && isPlain && !/[?#\s]/.test(text) ? parse(url) : undefined;
}

function parse({ hostname, port, pathname }: URL): RedirectAddress {
  return {
    host: hostname === '[::1]' ? '::1' : '127.0.0.1',
    port: port === '' ? 0 : Number(port),
    path: pathname,
    withPort: (actual) => `http://${hostname}:${actual}${pathname}`,
  };
}
