/** The name of every provider, as a connection's `provider` and `allowedHosts` have it. A list alone: the deployment reads it too. */
export const providerNames = ['alloy', 'barndoor', 'contextforge', 'litellm'] as const;

export type ProviderName = (typeof providerNames)[number];
