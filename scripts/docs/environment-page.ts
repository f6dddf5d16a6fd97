import { variables } from '../../lib/cli/settings.ts';
import { table } from './markdown-table.ts';

/** `docs/environment.md`: what the command line reads from its environment, from the list that `--help` shows too. */
export function environmentPage(): string {
  const rows = variables.map(({ name, meaning, usual = '' }) => [`\`${name}\``, meaning, usual]);
  return [
    '<!-- Written by `npm run docs` from lib/cli/settings.ts: change it there, and run that. -->',
    '# Environment',
    'What `trueup` reads from its environment. An option overrides its variable, and a variable overrides what is in the folder.',
    table(['variable', 'what it is', 'defaults to'], rows),
    '## What a command works on',
    'The first of these that names something decides, alone:',
    [
      '1. options: `--file`, `--stack`, `--desired-table` with `--ledger-table`, `--local`',
      '2. variables: `TRUEUP_FILE` or `TRUEUP_STACK`',
      '3. `trueup.yaml` in the folder where the command is started',
    ].join('\n'),
    'Two targets at once, such as `--local` and `--stack`, or both variables, are an error that names them. `--file` and `--stack` together are one target: the files say what is desired, and the stack has the rest. `push` writes to a deployment, so that files never decide where it writes.',
    'AWS credentials, profile and region are read as by every AWS tool, from variables such as `AWS_PROFILE` and `AWS_REGION`; `--profile` and `--region` override them.',
  ].join('\n\n');
}
