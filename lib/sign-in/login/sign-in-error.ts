import { TrueupError } from '../../model/errors/errors.ts';

/** A sign-in in a browser that ended without a token. */
export class SignInError extends TrueupError {
  static override readonly name: string = 'SignInError';

  /** What to do about it: a sentence, or a command to run. */
  readonly next: string;

  constructor(code: string, message: string, next: string, options: { cause?: unknown } = {}) {
    super(code, message, options);
    this.next = next;
  }
}
