import type { NextCommand } from '../model/text/next-command.types.ts';
import { plainText } from '../model/text/plain-text.ts';
import { shellWord } from '../model/text/shell-word.ts';
import type { GlobalOptions } from './context.ts';

/** Commands that need a target. */
const onTarget = new Set([
  'plan',
  'apply',
  'approve',
  'status',
  'push',
  'pull',
  'import',
  'history',
  'pause',
  'resume',
  'reconcile',
  'doctor',
  'login',
  'retry',
  'watch',
  'console',
]);

/** Adds this command's target options to commands that are shown, unless they have their own. */
export function nextCommand(options: GlobalOptions): NextCommand {
  return (line) => {
    const [program, name = '', ...words] = line.split(' ');
    if (program !== 'trueup') return line;
    if (name === 'validate' && words.length === 0) {
      return [line, ...fileOptions(options).flat()].join(' ');
    }
    if (!onTarget.has(name)) return line;
    const hasBase = options.stack !== undefined || options.desiredTable !== undefined;
    // A push takes its files by name, and writes to what `--file` would take the place of; what a pass of the functions
    // holds is approved without the files.
    const isWithout =
      name === 'push' || (name === 'approve' && (hasBase || options.local === true));
    const chosen = optionsOf(isWithout ? { ...options, file: [] } : options);
    const isNamed = chosen.some(([option = '']) => words.includes(option));
    if (isNamed || words.includes('--file')) return line;
    return [line, ...chosen.flat()].join(' ');
  };
}

/** The same for each command in backquotes. */
export function completed(text: string, next: NextCommand): string {
  return text.replaceAll(/`(trueup [^`]+)`/g, (_, line: string) => `\`${next(line)}\``);
}

function fileOptions({ file = [] }: GlobalOptions): readonly (readonly string[])[] {
  return file.map((path) => ['-f', shellWord(plainText(path))]);
}

function optionsOf(options: GlobalOptions): readonly (readonly string[])[] {
  const { local, stack, desiredTable, ledgerTable } = options;
  const { state, secrets, profile, region } = options;
  const isTables = stack !== undefined || desiredTable !== undefined;
  const hasState = local === true || !isTables;
  const valued = (option: string, value: string | undefined) =>
    value === undefined ? [] : [[option, shellWord(plainText(value))]];
  return [
    ...fileOptions(options),
    ...(local ? [['--local']] : []),
    ...valued('--state', hasState ? state : undefined),
    ...valued('--secrets', secrets),
    ...valued('--stack', stack),
    ...valued('--desired-table', desiredTable),
    ...valued('--ledger-table', ledgerTable),
    ...valued('--profile', profile),
    ...valued('--region', region),
  ];
}
