/**
 * `npm run install:tools`: installs what the separate suites install at their first use: cfn-lint and the AWS emulator, both real
 * gateways, and AWS's runtime client. Most of it is waiting for downloads, so `.ci/run` does it beside other steps.
 */
import { installContextForge } from '../proof/gateways/contextforge/install.ts';
import { installLiteLlm } from '../proof/gateways/litellm/install.ts';
import { awsRuntimeClient } from './lambda/runtime-client.ts';
import { cfnLint, ministack } from './python-tool.ts';

for (const install of [installLiteLlm, installContextForge, ministack, cfnLint, awsRuntimeClient]) {
  const from = Date.now();
  install();
  process.stdout.write(`${install.name}: ${Math.round((Date.now() - from) / 1000)} s\n`);
}
