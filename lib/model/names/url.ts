/** What is wrong with a URL that credentials go to; undefined if nothing is. Does not repeat any of it. */
export function urlProblem(
  text: string,
  { query }: { query: boolean },
): { readonly problem: string; readonly expected: string } | undefined {
  // The URL parser drops and rewrites these without a word, so that what is read is not what is called.
  if (!URL.canParse(text) || /[\s\p{C}\\]/u.test(text)) {
    return {
      problem: 'is not a URL',
      expected: 'must be a URL, such as https://gateway.example.com',
    };
  }
  const { protocol, hostname, username, password } = new URL(text);
  if (protocol !== 'https:' && !(protocol === 'http:' && isLoopback(hostname))) {
    return { problem: 'is not https', expected: 'must be https; http is for loopback only' };
  }
  if (username !== '' || password !== '' || /^\w+:\/+[^/?#]*@/.test(text)) {
    return { problem: 'has a user or password in it', expected: 'must have neither: see auth' };
  }
  if (text.includes('#')) return { problem: 'has a fragment', expected: "must not have a '#'" };
  if (!query && text.includes('?')) {
    return { problem: 'has a query', expected: "must not have a '?'" };
  }
  return undefined;
}

/** `new URL` has normalised the forms of an IPv4 address. */
function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d+){3}$/.test(hostname);
}
