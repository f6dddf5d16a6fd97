import { Command, CommanderError, Option } from 'commander';
import type { CommandDefinition, CommandEntry } from './command.ts';
import { commandList, meantCommand } from './command-list.ts';
import type { GlobalOptions } from './context.ts';
import type { ExitCode } from './errors/exit-codes.ts';
import { collect } from './option-values.ts';
import { isRepository } from './repository.ts';
import { defaults, variables } from './settings.ts';
import type { Variable } from './settings.ts';
import { plainText } from '../model/text/plain-text.ts';
import { columns, wrap } from '../model/text/wrap.ts';
import { version } from './version.ts';

/** Runs a command that was parsed. */
export type Runner = (
  definition: CommandDefinition,
  globals: GlobalOptions,
  operands: readonly string[],
  options: object,
  name: string,
) => Promise<ExitCode>;

/** The output for help and for errors of the command line. */
export interface ProgramOutput {
  readonly writeOut: (text: string) => void;
  readonly writeErr: (text: string) => void;
  /** Line width in columns. Defaults to 80. */
  readonly outColumns?: number | undefined;
  readonly errColumns?: number | undefined;
}

/**
 * The whole command line. A command's file is loaded only when the command or its help is used.
 *
 * @param run - called once, unless only help was requested
 */
export function createProgram(run: Runner, output: ProgramOutput): Command {
  const { outColumns = columns, errColumns = columns } = output;
  const program = new Command('trueup')
    .description('Keeps MCP servers at gateways true to their declared configuration.')
    .exitOverride()
    .configureOutput({
      ...output,
      getOutHelpWidth: () => outColumns,
      getErrHelpWidth: () => errColumns,
      outputError: (text, write) => {
        write(`${fitted(asOurs(text.trimEnd()), errColumns)}\n`);
      },
    })
    .configureHelp({ showGlobalOptions: true, minWidthToWrap: 10 })
    .showSuggestionAfterError()
    .showHelpAfterError('next: `trueup --help` lists the commands and their options')
    .addHelpText('after', footer(outColumns));
  program.option('-v, --version', 'shows its version');
  program.on('option:version', () => {
    output.writeOut(`${version()}\n`);
    throw new CommanderError(0, 'commander.version', 'version');
  });
  for (const option of globalOptions()) program.addOption(option);
  const entries = new Map<Command, CommandEntry>();
  for (const entry of commandList) {
    const command = program.command(entry.name, { hidden: entry.hidden ?? false });
    if (entry.alias !== undefined) command.alias(entry.alias);
    command
      .summary(entry.summary)
      .helpOption('-h, --help', 'shows this help')
      .showHelpAfterError(`next: \`trueup ${entry.name} --help\` shows its options`);
    entries.set(command, entry);
  }
  program.helpOption('-h, --help', 'shows this help; `trueup COMMAND --help` has examples');
  addHelpCommand(program);
  program.on('command:*', ([name = '']: readonly string[]) => unknownCommand(program, name));
  program.hook('preSubcommand', async (_, command) => {
    const entry = entries.get(command);
    if (entry) define(command, await entry.load(), run);
  });
  return program;
}

/** `help COMMAND` shows the same as `COMMAND --help`, from the command's file. */
function addHelpCommand(program: Command): void {
  program.helpCommand(false);
  program
    .command('help')
    .summary('shows the help of a command')
    .argument('[command]', 'a command. Defaults to all of them')
    .action(async (name?: string) => {
      const names = program.commands.flatMap((one) => [one.name(), ...one.aliases()]);
      if (name !== undefined && !names.includes(name)) unknownCommand(program, name);
      const argv = name === undefined || name === 'help' ? ['--help'] : [name, '--help'];
      await program.parseAsync(argv, { from: 'user' });
    });
}

function unknownCommand(program: Command, name: string): never {
  const meant = meantCommand(name);
  const suggestion = meant === undefined ? '' : `\nDid you mean \`trueup ${meant}\`?`;
  return program.error(`error: unknown command '${plainText(name, 40)}'${suggestion}`, {
    code: 'commander.unknownCommand',
  });
}

/** Configures a command of the list from its file. */
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
      command.name(),
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
    new Option(
      '-f, --file <path>',
      `declarations in YAML or JSON, may be repeated. Defaults to ${defaults.file} of this folder`,
    ).argParser(collect),
    new Option(
      '--state <dir>',
      `with files: the folder of the ledger. Defaults to ${defaults.state}`,
    ),
    new Option(
      '--secrets <file>',
      `with files: a JSON object from name to secret, mode 0600. Defaults to ${defaults.secrets} beside the declarations`,
    ),
    new Option('--stack <name>', 'a deployed stack; tables, hosts and queue are its outputs'),
    new Option('--desired-table <name>', 'the table Desired, if there is no stack'),
    new Option('--ledger-table <name>', 'the table Ledger, if there is no stack'),
    new Option('--profile <name>', "AWS profile. Defaults to the SDK's own chain"),
    new Option('--region <name>', "AWS region. Defaults to the SDK's own chain"),
    new Option(
      '--local',
      'the embedded world on loopback, stored in the state folder; needs a clone',
    ).hideHelp(!isRepository),
    new Option('-o, --output <format>', 'format of the result')
      .choices(['text', 'json', 'markdown'])
      .default('text'),
    new Option('--no-color', 'turns colour off'),
  ];
}

const begin = isRepository
  ? 'To begin: `trueup init` writes an example, `trueup plan --local` shows a fleet.'
  : 'To begin: `trueup init` writes an example, `trueup validate` checks it.';

function variableLines({ name, meaning }: Variable, width: number): string {
  const names = 29;
  const indent = ' '.repeat(width - names < names ? 4 : names + 2);
  const head = `  ${name.padEnd(names)}`;
  const [first = '', ...rest] = wrap(meaning, indent, head, width);
  return [first, ...rest].join('\n');
}

/** Writes Commander's suggestions in the same form as those for commands. */
const asOurs = (text: string) =>
  text.replace(/^\(Did you mean (--?[\w-]+)\?\)$/m, 'Did you mean `$1`?');

/** Wraps each line of a text separately. */
const fitted = (text: string, width: number) =>
  text
    .split('\n')
    .flatMap((line) => wrap(line, '', '', width))
    .join('\n');

const footer = (width: number) => {
  const parts = [
    begin,
    'With --stack and --file together, the declarations come from the files, and all other things from the stack. An option overrides its variable; a variable overrides files in the folder.',
    'Exit codes: 0 success, 1 an error or a partial failure, 2 changes (with --detailed-exitcode), 3 invalid input, 4 something held, 130 interrupted.',
  ];
  const [first = '', order = '', codes = ''] = parts.map((text) => fitted(text, width));
  const lines = variables.map((variable) => variableLines(variable, width));
  return ['', first, '', order, '', 'Variables:', ...lines, '', codes].join('\n');
};
