import { Command } from 'commander';
import type { Argument, Option } from 'commander';
import { commandList } from '../../lib/cli/command-list.ts';
import type { CommandDefinition, CommandEntry } from '../../lib/cli/command.ts';
import { createProgram } from '../../lib/cli/program.ts';
import { printedBy } from '../../lib/cli/schemas/json-schemas.ts';
import { table } from './markdown-table.ts';

const written =
  '<!-- Written by `npm run docs` from lib/cli/commands: change it there, and run that. -->';

/** `docs/commands.md`: every command, from the same source as `--help`. */
export async function commandsPage(): Promise<string> {
  const shown = commandList.filter(({ hidden }) => hidden !== true);
  const program = createProgram(async () => 0, {
    writeOut: () => undefined,
    writeErr: () => undefined,
  });
  const definitions = await Promise.all(shown.map((entry) => entry.load()));
  return [
    written,
    '# Commands',
    program.description(),
    table(
      ['command', 'what it does'],
      shown.map(({ name, summary }) => [`[\`trueup ${name}\`](#trueup-${name})`, summary]),
    ),
    '## Options of all commands',
    'They may come before or after the command.',
    optionTable(program.options),
    'With `--stack` and `--file` together desired is read from the files, and the rest from the stack. Results go to standard output, messages and progress to standard error. [Variables](environment.md) can take the place of options. [Exit codes](exit-codes.md) are for scripts; [the forms of `-o json`](../schemas/) have a JSON Schema each.',
    ...shown.map((entry, index) => section(entry, definitions[index] as CommandDefinition)),
  ].join('\n\n');
}

function section({ name, alias }: CommandEntry, definition: CommandDefinition): string {
  const command = new Command(name);
  definition.configure(command);
  const given = command.registeredArguments.map((one) => ` ${term(one)}`).join('');
  const form = printedBy.get(name);
  return [
    `## trueup ${name}`,
    `${definition.description}${alias === undefined ? '' : ` \`trueup ${alias}\` is the same.`}`,
    fenced(`trueup ${name} [options]${given}`, 'text'),
    ...(command.registeredArguments.length > 0
      ? [table(['operand', 'what it is'], command.registeredArguments.map(argumentRow))]
      : []),
    ...(command.options.length > 0 ? [optionTable(command.options)] : []),
    fenced(definition.examples.map(({ line, does }) => `# ${does}\n${line}`).join('\n')),
    ...(form === undefined
      ? []
      : [`With \`-o json\`: [${form}.schema.json](../schemas/${form}.schema.json).`]),
  ].join('\n\n');
}

const fenced = (text: string, kind = 'sh') => `\`\`\`${kind}\n${text}\n\`\`\``;

function term(argument: Argument): string {
  const name = `${argument.name()}${argument.variadic ? '...' : ''}`;
  return argument.required ? `<${name}>` : `[${name}]`;
}

function argumentRow(argument: Argument): readonly string[] {
  const usual =
    argument.defaultValue === undefined
      ? ''
      : `. Defaults to \`${String(argument.defaultValue)}\`.`;
  return [`\`${term(argument)}\``, `${argument.description}${usual}`];
}

function optionTable(options: readonly Option[]): string {
  const rows = options.map((option) => [`\`${option.flags}\``, optionText(option)]);
  return table(['option', 'what it does'], rows);
}

function optionText({ description, argChoices, defaultValue, defaultValueDescription }: Option) {
  const usual = defaultValueDescription ?? defaultValue;
  const isShown = usual !== undefined && typeof usual !== 'boolean';
  return [
    description,
    ...(argChoices ? [`: ${argChoices.map((one) => `\`${one}\``).join(', ')}`] : []),
    ...(isShown ? [`. Defaults to \`${String(usual)}\`.`] : []),
  ].join('');
}
