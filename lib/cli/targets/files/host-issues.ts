import { isIP } from 'node:net';
import type { Issue } from '../../../model/errors/errors.ts';
import { isJsonObject } from '../../../model/json/json.ts';
import { addressKind } from '../../../gateways/http/addresses.ts';

const places = ['/baseUrl', '/auth/tokenUrl', '/auth/authorizeUrl'] as const;

/**
 * Checks for addresses that no setting can allow. Which host names are allowed depends on the settings of the stack or
 * this machine, and is checked later.
 */
export function hostIssues(document: unknown): readonly Issue[] {
  if (!isJsonObject(document)) return [];
  const auth = isJsonObject(document['auth']) ? document['auth'] : {};
  const urls = [document['baseUrl'], auth['tokenUrl'], auth['authorizeUrl']];
  return places.flatMap((path, index): Issue[] => {
    const url = urls[index];
    const hostname = (typeof url === 'string' && URL.parse(url)?.hostname) || '';
    const address = hostname.startsWith('[') ? hostname.slice(1, -1) : hostname;
    if (isIP(address) === 0 || addressKind(address) !== 'never') return [];
    const problem =
      'resolves to an address that is never allowed: link-local, or not of a single host';
    return [{ path, problem, expected: "must have the gateway's host" }];
  });
}
