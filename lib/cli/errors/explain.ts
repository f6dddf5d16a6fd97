import { InvalidDeclarationError, TrueupError, formatIssue } from '../../model/errors/errors.ts';
import type { NextCommand } from '../../model/text/next-command.types.ts';
import { plainText } from '../../model/text/plain-text.ts';
import { wrap } from '../../model/text/wrap.ts';
import { isVendorError } from '../../model/errors/vendor-error.ts';
import type { VendorError, VendorErrorKind } from '../../model/errors/vendor-error.ts';
import { SignInError } from '../../sign-in/login/sign-in-error.ts';
import { CliError, InvalidFilesError } from './cli-error.ts';
import { exitCodes } from './exit-codes.ts';
import type { ExitCode } from './exit-codes.ts';
import { completed } from '../next-command.ts';

/** An error for people: what is wrong, what to do next, and what the process exits with. */
export interface Explanation {
  readonly lines: readonly string[];
  /** The same in two texts, not broken into lines. */
  readonly problem: string;
  readonly next: string;
  readonly exitCode: ExitCode;
}

/** What is wrong, before it is put into lines. */
interface Finding {
  readonly what: string;
  /** Below it, as they are. */
  readonly details?: readonly string[];
  /** All in one text, where there are details. */
  readonly problem?: string;
  readonly step: string;
  readonly exitCode: ExitCode;
}

/**
 * One message for any error, with the next step. For unexpected errors, only their text.
 *
 * @param complete - what becomes of the command lines of the next step
 * @param columns - how wide its lines are; defaults to 80
 */
export function explain(
  error: unknown,
  complete: NextCommand = (line) => line,
  columns?: number,
): Explanation {
  const { what, details = [], step, exitCode, ...found } = findingOf(error);
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

function findingOf(error: unknown): Finding {
  if (error instanceof CliError) return finding(error.message, error.next, error.exitCode);
  if (error instanceof SignInError) {
    return finding(
      error.message,
      error.next,
      error.code === 'usage' ? exitCodes.invalid : undefined,
    );
  }
  if (error instanceof InvalidFilesError) return invalidFiles(error);
  if (error instanceof InvalidDeclarationError) return invalid(error);
  if (isVendorError(error)) {
    const step = vendorSteps[error.kind];
    const isToken = error.operation === 'token';
    return finding(
      `${placeOf(error)}${vendorProblem(error)}`,
      isToken ? step.replace('baseUrl', 'tokenUrl') : step,
    );
  }
  if (error instanceof TrueupError) {
    const exitCode = invalidCodes.has(error.code) ? exitCodes.invalid : exitCodes.failed;
    return finding(error.message, stepsOf(error)[error.code] ?? doctor, exitCode);
  }
  const { name, message = String(error) } = (error ?? {}) as { name?: string; message?: string };
  if (name === 'FolderInUse') {
    return finding(message, 'wait until it is done, or name another --state');
  }
  return finding(message, 'this was not expected: please report it');
}

function finding(what: string, step: string, exitCode: ExitCode = exitCodes.failed): Finding {
  return { what, step, exitCode };
}

function invalid({ issues, context }: InvalidDeclarationError): Finding {
  const { connection } = context;
  const whose = typeof connection === 'string' ? `connection ${connection}` : 'the declaration';
  const what = `${whose} is not valid`;
  return {
    what,
    details: issues.flatMap((issue) => wrap(formatIssue(issue), '  ')),
    problem: `${what}: ${issues.map(formatIssue).join('; ')}`,
    step: 'fix it; `trueup validate FILE` shows everything at once, with its place',
    exitCode: exitCodes.invalid,
  };
}

const mostLines = 50;

function invalidFiles({ message, lines }: InvalidFilesError): Finding {
  const more = lines.length - mostLines;
  return {
    what: message,
    details: [...lines.slice(0, mostLines), ...(more > 0 ? [`and ${more} more`] : [])],
    problem: `${message}: ${lines.length} errors`,
    step: 'fix them; `trueup validate` checks without any network',
    exitCode: exitCodes.invalid,
  };
}

/** Known, it can be copied with the command. */
function connectionOf(error: unknown): string {
  const connection = error instanceof TrueupError ? error.context['connection'] : undefined;
  return typeof connection === 'string' ? connection : 'CONNECTION';
}

function placeOf({ context: { connection } }: TrueupError): string {
  return typeof connection === 'string' ? `${connection}: ` : '';
}

/** Which call it was that the vendor refused, before its own reason. */
function vendorProblem({ kind, status, operation, message }: VendorError): string {
  if (status === undefined && operation === 'token' && isUnanswered.has(kind)) {
    return `${calls.token}: ${message}`;
  }
  if (status === undefined || message.startsWith('HTTP ')) return message;
  return `${calls[operation]} answered HTTP ${status}: ${message}`;
}

/** No answer, or not the expected one: then the address matters. */
const isUnanswered: ReadonlySet<VendorErrorKind> = new Set([
  'timeout',
  'cut',
  'no-route',
  'tls',
  'body',
  'redirect',
]);

const calls: Readonly<Record<VendorError['operation'], string>> = {
  list: 'the list',
  get: 'the GET of a server',
  put: 'a PUT',
  token: 'the token endpoint',
};

const doctor = '`trueup doctor` checks credentials, tables and connections one by one';

const invalidCodes = new Set(['bad-digest', 'allowed-hosts', 'settings', 'invalid-declaration']);

/** What to do next, by the error's code. */
const steps: Readonly<Record<string, string>> = {
  'store-denied':
    'sign in to AWS (--profile NAME, --region REGION), with the policy of the stack output OperatorPolicyArn',
  'store-absent': 'check the name, --profile and --region',
  'store-unreachable': 'check the network, and --region',
  'store-throttled': 'try again in a minute',
  'bad-digest': '`trueup status CONNECTION` shows the digest of what is held',
  'not-held':
    '`trueup plan CONNECTION` shows what would be held now; the digest of a whole connection can be approved',
  'ambiguous-digest': 'give more of its characters',
  'allowed-hosts': 'write it as provider=host or provider=host:port, separated by commas',
  'secret-not-object': 'name another secret in auth, or put {} into this one if nothing uses it',
  'lease-lost': 'run it again: another process has taken over this connection',
  redeclared: 'run it again: the declaration of the connection changed meanwhile',
};

/** The same of files, whose errors name their path. */
const fileSteps: Readonly<Record<string, string>> = {
  'store-denied': 'make it yours alone: chmod 600 for a file, in a folder that you may write to',
  'store-absent': 'check the path; a secrets file is a JSON object from name to secret',
  'store-malformed':
    'fix it, or restore a copy; a secrets file is a JSON object from name to secret',
  'store-busy': 'wait until the other command is done',
  'store-too-large': 'split it, or take out what is not needed',
  'store-failed': 'check the disk and the path; --state DIR names another folder',
};

function stepsOf({ code, context }: TrueupError): Readonly<Record<string, string>> {
  return typeof context['path'] === 'string' && code.startsWith('store-') ? fileSteps : steps;
}

/** What to do next, by what went wrong at the vendor. */
const vendorSteps: Readonly<Record<VendorErrorKind, string>> = {
  status: '`trueup doctor` makes the call by itself; the vendor says why above',
  upstream:
    'check the MCP server behind the gateway: its address, and whether it takes the credential',
  timeout: 'try again; if it goes on, look at the vendor’s status page',
  cut: 'try again; if it goes on, look at the vendor’s status page',
  'no-route': 'check baseUrl and the network',
  tls: 'check baseUrl; a proxy may have put its own certificate in between',
  body: 'check that baseUrl is the address of the API, not of the web site',
  redirect: 'put the address that it leads to into baseUrl',
  host: 'add the host to the stack’s allowedHosts, or to TRUEUP_ALLOWED_HOSTS where there is no stack',
  token: 'check the secret that `auth` names: `trueup doctor` says whether it is there',
  'needs-login': '`trueup login CONNECTION`',
  aborted: 'run it again',
};
