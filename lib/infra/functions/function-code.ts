import { createHash } from 'node:crypto';
import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AssetHashType, DockerImage } from 'aws-cdk-lib';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { bundleFunction, functionsFolder, type FunctionName } from './bundle.ts';

/** What Lambda calls in the bundle. */
export const handler = 'index.handler';

/** The file beside the bundle that has the allowed hosts: a function's environment holds 4 KB, which is some 90 of them. */
export const hostsFile = 'allowed-hosts.txt';

/**
 * The code of a function, with the hosts that it may send credentials to. In the repository, where this file is TypeScript, it
 * is bundled here; in the package the built bundle is in `functions/<name>`.
 */
export function functionCode(name: FunctionName, allowedHosts: string): Code {
  const isBuilt = !import.meta.filename.endsWith('.ts');
  const built = join(functionsFolder, name);
  // CDK makes equal assets once: of two stacks with other hosts each needs its own.
  const digest = createHash('sha256').update(allowedHosts).digest('hex');
  return Code.fromAsset(isBuilt ? built : functionsFolder, {
    assetHashType: AssetHashType.OUTPUT,
    bundling: {
      // Never pulled: the local bundler always succeeds or throws.
      image: DockerImage.fromRegistry('scratch'),
      command: ['esbuild', name, digest],
      local: {
        tryBundle: (outFolder) => {
          if (isBuilt) cpSync(built, outFolder, { recursive: true });
          else bundleFunction(name, outFolder);
          writeFileSync(join(outFolder, hostsFile), allowedHosts);
          return true;
        },
      },
    },
  });
}
