import { TrueupError } from '../../model/errors/errors.ts';
import type { Pointer } from '../../model/json/json.types.ts';

/** A PUT must not be sent to a server, because it would change more than what is declared. */
export class BlockedBodyError extends TrueupError {
  static override readonly name: string = 'BlockedBodyError';
  /** The field that it would change. */
  readonly pointer: Pointer;

  constructor(code: string, message: string, pointer: Pointer) {
    super(code, message, { context: { pointer } });
    this.pointer = pointer;
  }
}
