/**
 * The names of all providers, as used in a connection's `provider` and in `allowedHosts`. A separate file, because the
 * CDK construct imports it.
 */
export const providerNames = ['alloy', 'barndoor', 'contextforge', 'litellm'] as const;

export type ProviderName = (typeof providerNames)[number];
