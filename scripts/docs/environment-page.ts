import { variables } from '../../lib/cli/settings.ts';
import { table } from './markdown-table.ts';

/** `docs/environment.md`: what the command line reads from its environment, from the list that `--help` shows too. */
export function environmentPage(): string {
  const rows = variables.map(({ name, meaning, usual = '' }) => [`\`${name}\``, meaning, usual]);
  return [
    '<!-- Written by `npm run docs` from lib/cli/settings.ts: change it there, and run that. -->',
    '# Environment',
    'The environment variables of `trueup`, and how a command chooses what to work on. An option overrides its variable, and a variable overrides the files of the folder.',
    table(['variable', 'what it is', 'defaults to'], rows),
    '## What a command works on',
    'The first of these that is present decides:',
    [
      '1. options: `--file`, `--stack`, `--desired-table` with `--ledger-table`, `--local`',
      '2. variables: `TRUEUP_FILE` or `TRUEUP_STACK`',
      '3. `trueup.yaml` in the current folder',
    ].join('\n'),
    'Two targets, such as `--local` and `--stack`, or both variables, are an error that names them. `--file` and `--stack` together are one target: the declarations come from the files, and the rest comes from the stack. `push` always writes to a deployment: files alone never decide where it writes.',
    'AWS credentials, profile and region are read as in every AWS tool, from variables such as `AWS_PROFILE` and `AWS_REGION`. `--profile` and `--region` override them.',
  ].join('\n\n');
}
