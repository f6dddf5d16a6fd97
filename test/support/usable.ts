import type { RefreshedToken, RotatedOnly } from '../../lib/sign-in/token-exchange.types.ts';

/** The tokens of an exchange, where an access token is expected. */
export function usable(refreshed: RefreshedToken | RotatedOnly): RefreshedToken {
  if ('failed' in refreshed) throw refreshed.failed;
  return refreshed;
}
