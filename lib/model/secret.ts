const shown = '[secret]';

/**
 * A secret value in memory. It is shown as `[secret]` when it is printed, serialised or inspected. Only
 * `reveal()` returns its text, and is called only to make a request body or a fingerprint.
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

/**
 * Where a declared secret is stored: a name in Secrets Manager, and a key if the value is a JSON
 * object.
 */
export interface SecretReference {
  readonly secret: string;
  readonly key?: string | undefined;
}

/** A reference whose value is requested, with what the field accepts. */
export interface SecretRequest extends SecretReference {
  /** Whether the value may have several lines, such as a key in PEM; defaults to false. */
  readonly multiline?: boolean | undefined;
}
