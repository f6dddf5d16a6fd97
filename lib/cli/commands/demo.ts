import { defineCommand } from '../command.ts';
import { exitCodes } from '../errors/exit-codes.ts';
import { requireRepository } from '../repository.ts';

export const demoCommand = defineCommand({
  description:
    'Shows Trueup at work from end to end, with AWS services and gateways that are embedded and listen on loopback: nothing outside this machine is called. Needs a clone of the repository.',
  examples: [
    { line: 'trueup demo', does: 'shows it step by step' },
    { line: 'trueup demo -o json', does: 'prints its passes as one JSON document' },
  ],
  configure: () => undefined,
  run: async ({ options, output }) => {
    requireRepository('demo');
    const { demo } = await import('../../../demo/demo.ts');
    await demo(output, options.output === 'json');
    return exitCodes.ok;
  },
});
