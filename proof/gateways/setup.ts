import { installContextForge } from './contextforge/install.ts';
import { installLiteLlm } from './litellm/install.ts';

const install = { contextforge: installContextForge, litellm: installLiteLlm };

/** Before all tests: two workers must not install a gateway at the same time. Where only one is named, only that one. */
export default function setup({
  testPathPatterns: { patterns },
}: {
  readonly testPathPatterns: { readonly patterns: readonly string[] };
}): void {
  const all = Object.entries(install);
  const named = all.filter(([name]) => patterns.some((pattern) => pattern.includes(name)));
  for (const [, start] of named.length > 0 ? named : all) start();
}
