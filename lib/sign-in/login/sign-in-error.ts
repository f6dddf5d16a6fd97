import { TrueupError } from '../../model/errors/errors.ts';

/** A sign-in in the browser failed. */
export class SignInError extends TrueupError {
  static override readonly name: string = 'SignInError';

  /** What to do next: a sentence or a command. */
  readonly next: string;

  constructor(code: string, message: string, next: string, options: { cause?: unknown } = {}) {
    super(code, message, options);
    this.next = next;
  }
}
