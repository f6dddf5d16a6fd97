const shown = '[secret]';

/**
 * A secret value in memory. It prints as `[secret]` wherever it is printed, serialised or inspected;
 * `reveal()` is the one way to its text, and is called only where a request body or a fingerprint is made.
 */
export class Secret {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  reveal(): string {
    return this.#text;
  }

  toString(): string {
    return shown;
  }

  toJSON(): string {
    return shown;
  }

  [Symbol.toPrimitive](): string {
    return shown;
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return shown;
  }
}

/** Where a declared secret is: a name in Secrets Manager, and the key if its value is a JSON object. */
export interface SecretReference {
  readonly secret: string;
  readonly key?: string | undefined;
}

/** A reference whose value is asked for, with what the field may hold. */
export interface SecretRequest extends SecretReference {
  /** Whether the value may have several lines, such as a key in PEM; defaults to false. */
  readonly multiline?: boolean | undefined;
}
