import { InvalidDeclarationError, TrueupError, formatIssue } from '../../model/errors/errors.ts';
import type { NextCommand } from '../../model/text/next-command.types.ts';
import { plainText } from '../../model/text/plain-text.ts';
import { wrap } from '../../model/text/wrap.ts';
import { isVendorError, vendorProblem } from '../../model/errors/vendor-error.ts';
import { SignInError } from '../../sign-in/login/sign-in-error.ts';
import { CliError, InvalidFilesError } from './cli-error.ts';
import { exitCodes } from './exit-codes.ts';
import type { ExitCode } from './exit-codes.ts';
import { completed } from '../next-command.ts';
import { storeSteps } from './store-steps.ts';
import { firstStep } from './steps.ts';
import type { Steps } from './steps.ts';
import { vendorSteps } from './vendor-steps.ts';

/** An error as it is shown: problem, next step, and exit code. */
export interface Explanation {
  readonly lines: readonly string[];
  /** The same as two texts, not wrapped. */
  readonly problem: string;
  readonly next: string;
  readonly exitCode: ExitCode;
}

/** An explanation before it is formatted. */
interface Finding {
  readonly what: string;
  /** Lines below the message, unchanged. */
  readonly details?: readonly string[];
  /** The whole problem in one text, if there are details. */
  readonly problem?: string;
  readonly steps: Steps;
  readonly exitCode: ExitCode;
}

/** How an error is shown. */
export interface Showing {
  /** Adds target options to commands in the next step. */
  readonly next?: NextCommand;
  /** Line width in columns. Defaults to 80. */
  readonly columns?: number | undefined;
  /** The command that failed, which is never the next step. */
  readonly command?: string | undefined;
}

/** The message for any error, with the next step. */
export function explain(
  error: unknown,
  { next: complete = (line) => line, columns, command }: Showing = {},
): Explanation {
  const { what, details = [], steps, exitCode, ...found } = findingOf(error, columns);
  const step = firstStep(steps, command);
  const said = plainText(what, mostCharacters);
  const next = completed(plainText(step.replaceAll('CONNECTION', connectionOf(error))), complete);
  const lines = [
    ...wrap(`error: ${said}`, '', '', columns),
    ...details,
    ...wrap(`next: ${next}`, '', '', columns),
  ];
  const problem = found.problem === undefined ? said : plainText(found.problem, mostCharacters);
  return { lines, problem, next, exitCode };
}

const mostCharacters = 2000;

function findingOf(error: unknown, columns?: number): Finding {
  if (error instanceof CliError) return finding(error.message, error.next, error.exitCode);
  if (error instanceof SignInError) {
    return finding(
      error.message,
      error.next,
      error.code === 'usage' ? exitCodes.invalid : undefined,
    );
  }
  if (error instanceof InvalidFilesError) return invalidFiles(error);
  if (error instanceof InvalidDeclarationError) return invalid(error, columns);
  if (isVendorError(error)) {
    return finding(`${placeOf(error)}${vendorProblem(error)}`, vendorSteps(error));
  }
  if (error instanceof TrueupError) {
    const exitCode = invalidCodes.has(error.code) ? exitCodes.invalid : exitCodes.failed;
    return finding(error.message, storeSteps(error), exitCode);
  }
  const { name, message = String(error) } = (error ?? {}) as { name?: string; message?: string };
  if (name === 'FolderInUse') {
    return finding(message, 'wait until it has finished, or pass another --state');
  }
  return finding(message, 'this is an unexpected error; please report it');
}

function finding(what: string, steps: Steps, exitCode: ExitCode = exitCodes.failed): Finding {
  return { what, steps, exitCode };
}

function invalid({ issues, context }: InvalidDeclarationError, columns?: number): Finding {
  const { connection } = context;
  const whose = typeof connection === 'string' ? `connection ${connection}` : 'the declaration';
  const what = `${whose} is not valid`;
  return {
    what,
    details: issues.flatMap((issue) => wrap(formatIssue(issue), '  ', undefined, columns)),
    problem: `${what}: ${issues.map(formatIssue).join('; ')}`,
    steps: ['fix it; `trueup validate FILE` shows everything at once, with its place', 'fix it'],
    exitCode: exitCodes.invalid,
  };
}

const mostLines = 50;

function invalidFiles({ message, lines }: InvalidFilesError): Finding {
  const more = lines.length - mostLines;
  const details = [...lines.slice(0, mostLines), ...(more > 0 ? [`and ${more} more`] : [])];
  return {
    what: message,
    details,
    problem: `${message}: ${details.join('; ')}`,
    steps: ['fix them; `trueup validate` checks without any network', 'fix them'],
    exitCode: exitCodes.invalid,
  };
}

/** The connection's name, so that the command can be copied. */
function connectionOf(error: unknown): string {
  const connection = error instanceof TrueupError ? error.context['connection'] : undefined;
  return typeof connection === 'string' ? connection : 'CONNECTION';
}

function placeOf({ context: { connection } }: TrueupError): string {
  return typeof connection === 'string' ? `${connection}: ` : '';
}

const invalidCodes = new Set(['bad-digest', 'allowed-hosts', 'settings', 'invalid-declaration']);
