import { readFileSync } from 'node:fs';
import { Command, CommanderError, Option } from 'commander';
import type { CommandDefinition, CommandEntry } from './command.ts';
import { commandList } from './command-list.ts';
import type { GlobalOptions } from './context.ts';
import type { ExitCode } from './errors/exit-codes.ts';
import { defaultState } from './next-command.ts';
import { collect } from './option-values.ts';
import { isRepository } from './repository.ts';
import { columns, wrap } from '../model/text/wrap.ts';

/** Runs a command that was parsed. */
export type Runner = (
  definition: CommandDefinition,
  globals: GlobalOptions,
  operands: readonly string[],
  options: object,
) => Promise<ExitCode>;

/** Where help, and what is wrong with the command line, goes. */
export interface ProgramOutput {
  readonly writeOut: (text: string) => void;
  readonly writeErr: (text: string) => void;
}

/**
 * The whole command line. A command's file is loaded when it is called, or its help is, and not before.
 *
 * @param run - is called once, unless help is all that was asked for
 */
export function createProgram(run: Runner, output: ProgramOutput): Command {
  const program = new Command('trueup')
    .description('Keeps MCP servers at hosted gateways true to their declared configuration.')
    .exitOverride()
    .configureOutput({
      ...output,
      getOutHelpWidth: () => columns,
      getErrHelpWidth: () => columns,
      outputError: (text, write) => {
        write(`${wrap(text.trimEnd(), '').join('\n')}\n`);
      },
    })
    .configureHelp({ showGlobalOptions: true })
    .showSuggestionAfterError()
    .showHelpAfterError('next: `trueup --help` lists the commands and their options')
    .addHelpText('after', footer);
  program.option('--version', 'shows its version');
  program.on('option:version', () => {
    output.writeOut(`${version()}\n`);
    throw new CommanderError(0, 'commander.version', 'version');
  });
  for (const option of globalOptions()) program.addOption(option);
  const entries = new Map<Command, CommandEntry>();
  for (const entry of commandList) {
    const command = program.command(entry.name, { hidden: entry.hidden ?? false });
    command
      .summary(entry.summary)
      .helpOption('-h, --help', 'shows this')
      .showHelpAfterError(`next: \`trueup ${entry.name} --help\` shows what it takes`);
    entries.set(command, entry);
  }
  program.helpOption('-h, --help', 'shows this; `trueup COMMAND --help` with two examples each');
  program.hook('preSubcommand', async (_, command) => {
    const entry = entries.get(command);
    if (entry) define(command, await entry.load(), run);
  });
  return program;
}

/** Gives a command of the list what its file says. */
export function define(command: Command, definition: CommandDefinition, run: Runner): void {
  command.description(definition.description);
  command.addHelpText('after', examplesText(definition));
  definition.configure(command);
  command.action(async () => {
    await run(
      definition,
      command.parent?.opts<GlobalOptions>() as GlobalOptions,
      command.args,
      command.opts(),
    );
  });
}

function examplesText({ examples }: CommandDefinition): string {
  return [
    '',
    'Examples:',
    ...examples.flatMap(({ line, does }) => [`  # ${does}`, `  ${line}`]),
  ].join('\n');
}

function globalOptions(): readonly Option[] {
  return [
    new Option('--file <path>', 'declarations in YAML or JSON; may be repeated').argParser(collect),
    new Option('--state <dir>', 'with files: where the ledger is kept').default(defaultState),
    new Option('--secrets <file>', 'with files: a JSON object from name to secret, mode 0600'),
    new Option('--stack <name>', 'a deployed stack; tables, hosts and queue are its outputs'),
    new Option('--desired-table <name>', 'the table Desired, where there is no stack'),
    new Option('--ledger-table <name>', 'the table Ledger, where there is no stack'),
    new Option('--profile <name>', "AWS profile, else the SDK's own chain"),
    new Option('--region <name>', "AWS region, else the SDK's own chain"),
    new Option(
      '--local',
      'the embedded world on loopback, kept in the state folder; in a clone',
    ).hideHelp(!isRepository),
    new Option('--output <format>', 'form of the result')
      .choices(['text', 'json', 'markdown'])
      .default('text'),
  ];
}

const begin = isRepository
  ? 'To begin: `trueup init` writes an example, `trueup plan --local` shows a fleet.'
  : 'To begin: `trueup init` writes an example, `trueup validate` checks it.';

const footer = `
${begin}

With --stack and --file together the files say what is desired, and the stack
has all the rest. Without a stack, secrets may also be in variables:
trueup/acme/a-b is TRUEUP_SECRET_ACME_A_B; and TRUEUP_ALLOWED_HOSTS names
further hosts.

Exit codes: 0 well, 1 an error or a partial failure, 2 changes (with
--detailed-exitcode), 3 invalid input, 4 something held, 130 interrupted.`;

/** Of the package: its `package.json` is two folders up, in the repository as in the package. */
function version(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { readonly version: string }).version;
}
