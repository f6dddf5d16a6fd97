import { CommanderError } from 'commander';
import { createProgram } from '../../lib/cli/program.ts';

/** A command line as it was understood, or what is wrong with it. */
export type ParsedLine =
  { readonly options: object; readonly operands: readonly string[] } | { readonly wrong: string };

/** Parses a command line with the real program, and runs nothing. */
export async function parseLine(words: readonly string[]): Promise<ParsedLine> {
  let said = '';
  let parsed: ParsedLine = { options: {}, operands: [] };
  const program = createProgram(
    async (_definition, globals, operands, own) => {
      parsed = { options: { ...globals, ...own }, operands };
      return 0;
    },
    {
      writeOut: () => undefined,
      writeErr: (text) => {
        said += text;
      },
    },
  );
  try {
    await program.parseAsync([...words], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode !== 0) return { wrong: said };
  }
  return parsed;
}
