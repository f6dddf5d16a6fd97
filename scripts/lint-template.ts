/** Holds the synthesised template against CloudFormation's own schemas: `cfn-lint`, no rule switched off. */
import { spawnSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { join } from 'node:path';
import { pythonTool } from './python-tool.ts';

const templates = globSync('cdk.out/*.template.json');
if (templates.length === 0) throw new Error('no template in cdk.out: run npm run synth first');
const program = join(pythonTool('cfn-lint', '1.58.0'), 'cfn-lint');
const { status } = spawnSync(program, templates, { stdio: 'inherit' });
process.stdout.write(
  `cfn-lint: ${templates.length} template, ${status === 0 ? 'clean' : 'not clean'}\n`,
);
process.exitCode = status ?? 1;
