#!/usr/bin/env node
import { existsSync } from 'node:fs';
import module from 'node:module';

const needed = 24;
if (Number.parseInt(process.versions.node, 10) < needed) {
  process.stderr.write(
    `error: trueup needs Node ${needed} or later; this is ${process.versions.node}\n` +
      `next: \`nvm install ${needed}\`, or install it from https://nodejs.org\n`,
  );
  process.exit(1);
}

// In the repository the sources run as they are; the package has only what was built of them.
const sources = new URL('../lib/cli/main.ts', import.meta.url);
module.enableCompileCache?.();
await import(
  existsSync(sources) ? sources.href : new URL('../dist/cli/main.mjs', import.meta.url).href
);
