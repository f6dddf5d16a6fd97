import { createHash } from 'node:crypto';
import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AssetHashType, DockerImage } from 'aws-cdk-lib';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { bundleFunction, functionsFolder, type FunctionName } from './bundle.ts';

/** Lambda's handler setting for the bundle. */
export const handler = 'index.handler';

/**
 * The file next to the bundle with the allowed hosts. A function's environment is limited to 4 KB, which is about 90
 * hosts.
 */
export const hostsFile = 'allowed-hosts.txt';

/**
 * The code of a function, with its allowed hosts. In the repository it is bundled here; the package has the bundle in
 * `functions/<name>`.
 */
export function functionCode(name: FunctionName, allowedHosts: string): Code {
  const isBuilt = !import.meta.filename.endsWith('.ts');
  const built = join(functionsFolder, name);
  // CDK deduplicates equal assets, so the hash must include the hosts, which may differ between stacks.
  const digest = createHash('sha256').update(allowedHosts).digest('hex');
  return Code.fromAsset(isBuilt ? built : functionsFolder, {
    assetHashType: AssetHashType.OUTPUT,
    bundling: {
      // The image is never pulled, because the local bundler always succeeds or throws.
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
