import { InvalidArgumentError, Option } from 'commander';
import { parseDuration } from '../model/duration.ts';
import { redirectAddress } from '../sign-in/login/redirect-address.ts';
import type { RedirectAddress } from '../sign-in/login/redirect-address.ts';

/** An option that may be repeated. */
export function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

/** `90s`, `5m`, `2h`, `1d`, in milliseconds. */
export function milliseconds(text: string): number {
  const seconds = /^([0-9]{1,6})s$/.exec(text)?.[1];
  if (seconds !== undefined) return Number(seconds) * 1000;
  const ms = /^[0-9]{1,5}[mhd]$/.test(text) ? parseDuration(text) : undefined;
  if (ms !== undefined) return ms;
  throw new InvalidArgumentError("It must be a duration such as '90s', '5m' or '2h'.");
}

/** `--lock-timeout`, for commands that acquire the lease. */
export function lockTimeout(ms = 120_000, shown = '2m'): Option {
  return new Option(
    '--lock-timeout <time>',
    'how long to wait while other processes reconcile the same connections',
  )
    .argParser(milliseconds)
    .default(ms, shown);
}

/** A port to listen on. */
export function portNumber(text: string): number {
  const port = /^[0-9]{1,5}$/.test(text) ? Number(text) : 0;
  if (port >= 1 && port <= 65_535) return port;
  throw new InvalidArgumentError('It must be a number from 1 to 65535.');
}

/** A loopback redirect URI that is registered at the provider. */
export function loopbackUri(text: string): RedirectAddress {
  const address = redirectAddress(text);
  if (address) return address;
  throw new InvalidArgumentError(
    'It must be http on this machine, such as http://127.0.0.1:8477/callback.',
  );
}
