import { defineCommand } from '../command.ts';
import { exitCodes } from '../errors/exit-codes.ts';
import { requireRepository } from '../repository.ts';

export const demoCommand = defineCommand({
  description:
    'Shows the main job from end to end on an embedded world, on loopback: nothing outside this machine is called. In a clone of the repository only.',
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
