import { Command } from 'commander';
import { demo } from './demo/demo.ts';

const program = new Command('trueup').description(
  'Keeps MCP servers at hosted gateways true to their declared configuration.',
);

program
  .command('demo')
  .description('shows the main job on an embedded world, on loopback; what `npm start` runs')
  .action(async () => {
    await demo((line = '') => {
      process.stdout.write(`${line}\n`);
    });
  });

await program.parseAsync();
