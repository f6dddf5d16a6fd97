import { CliError } from '../cli-error.ts';
import { defineCommand } from '../command.ts';

export const apply = defineCommand({
  description: 'apply',
  examples: [
    { line: 'trueup apply', does: 'to come' },
    { line: 'trueup apply --file trueup.yaml', does: 'to come' },
  ],
  configure: () => undefined,
  run: async () => {
    throw new CliError('to-come', 'to come', 'wait');
  },
});
