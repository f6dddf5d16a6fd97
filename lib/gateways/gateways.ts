import type { Provider } from './provider.ts';
import { createAlloy } from './alloy/provider.ts';
import { createBarndoor } from './barndoor/provider.ts';
import { createContextForge } from './contextforge/provider.ts';
import type { HttpClient } from './http/client.ts';

/** Every vendor that Trueup knows, by the name that a connection's `provider` has. */
export function createProviders(http: HttpClient): ReadonlyMap<string, Provider> {
  const all = [createAlloy(http), createBarndoor(http), createContextForge(http)];
  return new Map(all.map((provider) => [provider.name, provider]));
}
