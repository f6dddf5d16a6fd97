import { isVendorError } from '../../../model/errors/vendor-error.ts';
import type { DesiredState } from '../../../pass/read/desired.ts';
import type { Diagnosis } from '../../targets/target.ts';
import type { Check, Verdict } from './check.ts';
import { check } from './check.ts';

/** Checks whether the hosts of the API and of the token endpoint are allowed, resolve, and have a valid certificate. */
export function hostChecks(
  { connection: { name, baseUrl, auth }, provider }: DesiredState,
  { probe }: Pick<Diagnosis, 'probe'>,
): Promise<readonly Check[]> {
  const tokenUrl = 'tokenUrl' in auth ? auth.tokenUrl : undefined;
  const isOther = tokenUrl !== undefined && hostOf(tokenUrl) !== hostOf(baseUrl);
  const addresses = [
    { key: 'baseUrl', url: baseUrl, operation: 'list' } as const,
    ...(isOther ? [{ key: 'tokenUrl', url: tokenUrl, operation: 'token' } as const] : []),
  ];
  const checks = addresses.map(({ key, url, operation }) =>
    check(
      `${name}: ${key} ${hostOf(url)}`,
      async () => {
        const { address, certifiedUntil } = await probe(url, provider, operation);
        const secure =
          certifiedUntil === undefined
            ? 'loopback, not encrypted'
            : `certificate until ${certifiedUntil.slice(0, 10)}`;
        return `allowed, reached at ${address}, ${secure}`;
      },
      (error) => verdictOf(error, key),
    ),
  );
  return Promise.all(checks);
}

const hostOf = (url: string) => URL.parse(url)?.host ?? url;

function verdictOf(error: unknown, key: string): Verdict {
  if (!isVendorError(error)) return undefined;
  if (error.kind === 'no-route') {
    return { fix: `check the name in ${key}, DNS, and the network's outbound access` };
  }
  if (error.kind !== 'tls') return undefined;
  return { fix: `check ${key}; for a certificate authority of your own, set NODE_EXTRA_CA_CERTS` };
}
