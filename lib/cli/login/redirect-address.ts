import { InvalidArgumentError } from 'commander';

/** Where the provider sends the browser back to, on this machine. */
export interface RedirectAddress {
  /** What is listened on. */
  readonly host: '127.0.0.1' | '::1';
  /** 0: any that is free. */
  readonly port: number;
  readonly path: string;
  /** As the provider is told, once the port is known. */
  readonly withPort: (port: number) => string;
}

/** RFC 8252, 7.3: the address by number, and any port. */
export function loopbackAddress(port = 0): RedirectAddress {
  return { ...parse(new URL('http://127.0.0.1/callback')), port };
}

/** A redirect URI as the provider has it registered; without a port it may have any. For `--redirect-uri`. */
export function redirectAddress(text: string): RedirectAddress {
  const url = URL.parse(text);
  const isLoopback = url && ['127.0.0.1', '[::1]', 'localhost'].includes(url.hostname);
  const isPlain = url?.protocol === 'http:' && `${url.username}${url.password}` === '';
  if (url && isLoopback && isPlain && !/[?#\s]/.test(text)) return parse(url);
  throw new InvalidArgumentError(
    'It must be http on this machine, such as http://127.0.0.1:8477/callback.',
  );
}

/** A port to listen on. For `--port`. */
export function portNumber(text: string): number {
  const port = /^[0-9]{1,5}$/.test(text) ? Number(text) : 0;
  if (port >= 1 && port <= 65_535) return port;
  throw new InvalidArgumentError('It must be a number from 1 to 65535.');
}

function parse({ hostname, port, pathname }: URL): RedirectAddress {
  return {
    host: hostname === '[::1]' ? '::1' : '127.0.0.1',
    port: port === '' ? 0 : Number(port),
    path: pathname,
    withPort: (actual) => `http://${hostname}:${actual}${pathname}`,
  };
}
