import { TrueupError } from '../../model/errors/errors.ts';
import type { ExitCode } from './exit-codes.ts';
import { exitCodes } from './exit-codes.ts';
import type { Steps } from './steps.ts';

/** An error of a command, with the next step. */
export class CliError extends TrueupError {
  /** What to do next: a sentence or a command. */
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

/** The command line has a conflict, or something is missing. */
export function usageError(message: string, next: Steps): CliError {
  return new CliError('usage', message, next, { exitCode: exitCodes.invalid });
}

/** Ctrl-C before anything was sent. */
export function interrupted(): CliError {
  return new CliError('interrupted', 'interrupted; nothing was sent', 'run it again', {
    exitCode: exitCodes.interrupted,
  });
}

/** The declarations in files are not valid: all problems, one line each with its place. */
export class InvalidFilesError extends TrueupError {
  readonly lines: readonly string[];

  constructor(lines: readonly string[]) {
    super('invalid-declaration', 'the declarations are not valid');
    this.lines = lines;
  }
}
