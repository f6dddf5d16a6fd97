import { CliError } from '../cli-error.ts';
import { defineCommand } from '../command.ts';

export const status = defineCommand({
  description: 'status',
  examples: [
    { line: 'trueup status', does: 'to come' },
    { line: 'trueup status --file trueup.yaml', does: 'to come' },
  ],
  configure: () => undefined,
  run: async () => {
    throw new CliError('to-come', 'to come', 'wait');
  },
});
