import { TrueupError } from '../../model/errors/errors.ts';
import type { ExitCode } from './exit-codes.ts';
import { exitCodes } from './exit-codes.ts';
import type { Steps } from './steps.ts';

/** What a command says when it cannot go on: what is wrong, and what to do next. */
export class CliError extends TrueupError {
  /** What to do about it: a sentence, or a command to run. */
  readonly next: Steps;
  readonly exitCode: ExitCode;

  constructor(
    code: string,
    message: string,
    next: Steps,
    options: { exitCode?: ExitCode; cause?: unknown } = {},
  ) {
    super(code, message, options);
    this.next = next;
    this.exitCode = options.exitCode ?? exitCodes.failed;
  }
}

/** The command line asks for what does not go together, or leaves something out. */
export function usageError(message: string, next: Steps): CliError {
  return new CliError('usage', message, next, { exitCode: exitCodes.invalid });
}

/** Ctrl-C before anything was sent. */
export function interrupted(): CliError {
  return new CliError('interrupted', 'interrupted; nothing was sent', 'run it again', {
    exitCode: exitCodes.interrupted,
  });
}

/** Files that declare what is not valid: everything that is wrong, a line each with its place. */
export class InvalidFilesError extends TrueupError {
  readonly lines: readonly string[];

  constructor(lines: readonly string[]) {
    super('invalid-declaration', 'the declarations are not valid');
    this.lines = lines;
  }
}
