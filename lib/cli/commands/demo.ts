import { defineCommand } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';

export const demoCommand = defineCommand<{ json?: boolean }>({
  description:
    'Shows the main job from end to end on an embedded world, on loopback: nothing outside this machine is called.',
  examples: [
    { line: 'trueup demo', does: 'tells it as a story' },
    { line: 'trueup demo --json', does: 'prints its passes as one JSON document' },
  ],
  configure: (command) => {
    command.option('--json', 'prints its passes as one JSON document instead');
  },
  run: async ({ output }, _operands, { json = false }) => {
    const { demo } = await import('../demo/demo.ts');
    const { collector } = await import('../demo/collector.ts');
    const { narrator } = await import('../demo/narrator.ts');
    await demo(json ? collector(output.result) : narrator(output.result));
    return exitCodes.ok;
  },
});
