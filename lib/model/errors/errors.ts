import type { JsonObject } from '../json/json.types.ts';
import { plainText } from '../text/plain-text.ts';

/**
 * Base class of all errors that Trueup throws on purpose. `code` is stable, so callers may compare it;
 * `context` names the place (connection, server, pass, table) and never has a secret.
 */
export class TrueupError extends Error {
  static override readonly name: string = 'TrueupError';

  readonly code: string;
  readonly context: JsonObject;

  constructor(
    code: string,
    message: string,
    options: { context?: JsonObject; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.code = code;
    this.context = options.context ?? {};
  }
}

/** One problem in a document or row. It has no value from it, because the value may be a secret. */
export interface Issue {
  /** JSON Pointer to the place; '' is the whole document or row. */
  readonly path: string;
  /** What is wrong, such as `unknown key 'clientId'`. */
  readonly problem: string;
  /** How to fix it, such as `did you mean 'client_id'?`. */
  readonly expected: string;
}

/** One line that is safe for terminals and logs: a path may contain any key. */
export function formatIssue(issue: Issue): string {
  const { path, problem, expected } = issue;
  return plainText(`${path === '' ? '(root)' : path}: ${problem}; ${expected}`);
}

/** A declaration that does not match its schema, with all its problems. */
export class InvalidDeclarationError extends TrueupError {
  static override readonly name: string = 'InvalidDeclarationError';

  readonly issues: readonly Issue[];

  constructor(what: string, issues: readonly Issue[], context: JsonObject = {}) {
    super('invalid-declaration', `${what}: ${issues.map(formatIssue).join('; ')}`, { context });
    this.issues = issues;
  }
}
