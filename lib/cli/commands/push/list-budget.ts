import type { Provider } from '../../../gateways/provider.ts';
import { requestsWithin } from '../../../lease/budget.ts';
import { defaultSettings } from '../../../lease/settings.types.ts';

/** The functions' time limit in the stack, minus the time reserved for their end. */
export const functionMs = 300_000 - 10_000;

/**
 * Checks whether the functions can process this many servers: one invocation must be enough for the list, and a GET and
 * PUT of at least one server. Otherwise each invocation would only read the list.
 *
 * @param requestsPerMinute - the connection's budget; defaults to the provider's
 * @returns the problem, with the smallest budget that works; undefined if there is none
 */
export function listBudgetIssue(
  provider: Pick<Provider, 'requestsPerMinute' | 'serversOnPage' | 'putPatience'>,
  servers: number,
  requestsPerMinute = provider.requestsPerMinute,
): string | undefined {
  const { serversOnPage = Number.POSITIVE_INFINITY, putPatience = 1 } = provider;
  const pages = Math.max(1, Math.ceil(servers / serversOnPage));
  const forRequests = functionMs - putPatience * defaultSettings.attemptMs;
  const works = (limit: number) =>
    requestsWithin({ requestsPerMinute: limit }, forRequests) >= pages + 2;
  if (works(requestsPerMinute)) return undefined;
  let smallest = requestsPerMinute;
  while (!works(smallest)) smallest += 1;
  return `a list of ${servers} servers takes ${pages} requests, which at ${requestsPerMinute} a minute outlast a function; budget.requestsPerMinute must be at least ${smallest}`;
}
