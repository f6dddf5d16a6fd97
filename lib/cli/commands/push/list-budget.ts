import type { Provider } from '../../../gateways/provider.ts';
import { requestsWithin } from '../../../lease/budget.ts';
import { defaultSettings } from '../../../lease/settings.types.ts';

/** A function's time limit, as the stack has it, less what it keeps for its end. */
export const functionMs = 300_000 - 10_000;

/**
 * Whether the functions can make a pass over so many servers: in one invocation the list, and then a GET and a PUT of at
 * least one server. Otherwise each would begin with the list again, and come to no server.
 *
 * @param requestsPerMinute - the connection's budget; the provider's own without
 * @returns what is wrong, with the smallest budget that works; undefined if it works
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
