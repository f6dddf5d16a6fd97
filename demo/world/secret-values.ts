/*
 * The secrets of the demo's fleet. They are fictitious, but must never be shown: the demo's test searches its output
 * for each of them.
 */

export const barndoor = 'acme-barndoor';
export const alloy = 'acme-alloy';
export const contextforge = 'acme-contextforge';

/** A reference in a row: connections may only use secrets below their own name. */
export const reference = (connection: string, name: string, key?: string) => ({
  secret: `trueup/${connection}/${name}`,
  ...(key !== undefined && { key }),
});

export const values = {
  serviceAccount: 'kYw3-service-account-of-trueup',
  apiKey: 'alloy_sk_live_9f27c1',
  apiToken: 'forge-api-token-of-trueup-20d7',
  tickets: 'tickets-6e1b-token',
  salesforce: '8817SF6C0FFEE-consumer-secret',
  github: 'ghs_52b1d8e0f4aa',
  githubRotated: 'ghs_c7093be611d2',
} as const;

/** Secret name to text. */
export const secretTexts: Readonly<Record<string, string>> = {
  [reference(barndoor, 'service-account').secret]: JSON.stringify({
    client_secret: values.serviceAccount,
  }),
  [reference(alloy, 'api-key').secret]: values.apiKey,
  [reference(contextforge, 'api-token').secret]: values.apiToken,
  [reference(contextforge, 'tickets').secret]: values.tickets,
  [reference(barndoor, 'salesforce').secret]: JSON.stringify({ client_secret: values.salesforce }),
  [reference(barndoor, 'github').secret]: githubText(values.github),
};

/** The secret after a rotation, or with the same value and an added note. */
export function githubText(clientSecret: string, note?: string): string {
  return JSON.stringify({ client_secret: clientSecret, ...(note !== undefined && { note }) });
}

/** The token in the vendor's answers, which counts as a secret. */
export const accessToken = 'alloy-access-4be0';
