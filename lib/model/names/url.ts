/**
 * What is wrong with a URL that credentials are sent to; undefined if it is valid. The text has no part of
 * the URL.
 */
export function urlProblem(
  text: string,
  { query }: { query: boolean },
): { readonly problem: string; readonly expected: string } | undefined {
  // The URL parser silently drops or rewrites these characters, so that the URL shown is not the URL
  // called.
  if (!URL.canParse(text) || /[\s\p{C}\\]/u.test(text)) {
    return {
      problem: 'is not a URL',
      expected: 'must be a URL, such as https://gateway.example.com',
    };
  }
  const { protocol, hostname, username, password } = new URL(text);
  if (protocol !== 'https:' && !(protocol === 'http:' && isLoopback(hostname))) {
    return { problem: 'does not use https', expected: 'must be https; http is for loopback only' };
  }
  if (username !== '' || password !== '' || /^\w+:\/+[^/?#]*@/.test(text)) {
    return { problem: 'has a user or password', expected: 'must have neither: see auth' };
  }
  if (text.includes('#')) return { problem: 'has a fragment', expected: "must not have a '#'" };
  if (!query && text.includes('?')) {
    return { problem: 'has a query', expected: "must not have a '?'" };
  }
  return undefined;
}

/** `new URL` has already normalised IPv4 addresses. */
function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d+){3}$/.test(hostname);
}
