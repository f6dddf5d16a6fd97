import { Command } from 'commander';
import { collector } from './demo/collector.ts';
import { demo } from './demo/demo.ts';
import { narrator } from './demo/narrator.ts';

const write = (text: string) => void process.stdout.write(text);

const program = new Command('trueup').description(
  'Keeps MCP servers at hosted gateways true to their declared configuration.',
);

program
  .command('demo')
  .description('shows the main job on an embedded world, on loopback; what `npm start` runs')
  .option('--json', 'prints its passes as one JSON document instead')
  .action(async ({ json = false }: { json?: boolean }) => {
    await demo(json ? collector(write) : narrator(write));
  });

await program.parseAsync();
