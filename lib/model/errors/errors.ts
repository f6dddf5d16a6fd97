import type { JsonObject } from '../json/json.types.ts';
import { plainText } from '../text/plain-text.ts';

/**
 * Base of every error that Trueup throws on purpose. `code` is stable and may be matched on; `context`
 * says where (connection, server, pass, table) and never holds a secret.
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

/** One thing wrong in a document or row. Holds no value from it: the value may be a secret. */
export interface Issue {
  /** JSON Pointer to the place; '' is the whole document or row. */
  readonly path: string;
  /** What is wrong, such as `unknown key 'clientId'`. */
  readonly problem: string;
  /** What would be right, such as `did you mean 'client_id'?`. */
  readonly expected: string;
}

/** One line, fit for terminals and logs: a path may have any key in it. */
export function formatIssue(issue: Issue): string {
  const { path, problem, expected } = issue;
  return plainText(`${path === '' ? '(root)' : path}: ${problem}; ${expected}`);
}

/** A declaration that does not fit its schema, with everything that is wrong with it. */
export class InvalidDeclarationError extends TrueupError {
  static override readonly name: string = 'InvalidDeclarationError';

  readonly issues: readonly Issue[];

  constructor(what: string, issues: readonly Issue[], context: JsonObject = {}) {
    super('invalid-declaration', `${what}: ${issues.map(formatIssue).join('; ')}`, { context });
    this.issues = issues;
  }
}
