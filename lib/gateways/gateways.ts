import type { Provider } from './provider.ts';
import { createAlloy } from './alloy/provider.ts';
import { createBarndoor } from './barndoor/provider.ts';
import { createContextForge } from './contextforge/provider.ts';
import { createLiteLlm } from './litellm/provider.ts';
import type { HttpClient } from './http/client.ts';
import { providerNames, type ProviderName } from './names.ts';

const create: Readonly<Record<ProviderName, (http: HttpClient) => Provider>> = {
  alloy: createAlloy,
  barndoor: createBarndoor,
  contextforge: createContextForge,
  litellm: createLiteLlm,
};

/** All providers, by the name in a connection's `provider`. */
export function createProviders(http: HttpClient): ReadonlyMap<string, Provider> {
  return new Map(providerNames.map((name) => [name, create[name](http)]));
}
