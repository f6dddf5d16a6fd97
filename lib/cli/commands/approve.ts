import { CliError } from '../cli-error.ts';
import { defineCommand } from '../command.ts';

export const approve = defineCommand({
  description: 'approve',
  examples: [
    { line: 'trueup approve', does: 'to come' },
    { line: 'trueup approve --file trueup.yaml', does: 'to come' },
  ],
  configure: () => undefined,
  run: async () => {
    throw new CliError('to-come', 'to come', 'wait');
  },
});
