import { TrueupError } from '../model/errors/errors.ts';
import type { Pointer } from '../model/json/json.types.ts';

/** Nothing may be sent to a server: a PUT would do more than what is declared. */
export class BlockedBodyError extends TrueupError {
  static override readonly name: string = 'BlockedBodyError';
  /** The place where it would. */
  readonly pointer: Pointer;

  constructor(code: string, message: string, pointer: Pointer) {
    super(code, message, { context: { pointer } });
    this.pointer = pointer;
  }
}
