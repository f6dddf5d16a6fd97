import { Secret } from '../../lib/model/secret.ts';
import type { SecretReference } from '../../lib/model/secret.ts';
import type { SecretValue } from '../../lib/secrets/secret-source.ts';
import { Versions } from './stores.ts';

interface Stored {
  readonly version: string;
  readonly value: string;
}

/** Secrets Manager, with its history. `version` of a value is its own: the same value again has another. */
export class SecretStore {
  readonly secrets = new Map<string, Versions<Stored>>();
  #count = 0;

  put(at: number, name: string, value: string, version = `version-${(this.#count += 1)}`): void {
    const known = this.secrets.get(name);
    if (known?.current.version === version) return;
    if (known) known.set(at, { version, value });
    else this.secrets.set(name, new Versions(at, { version, value }));
  }

  valueOf(name: string): string | undefined {
    return this.secrets.get(name)?.current.value;
  }

  /** Version ids by name, as they were at a moment. */
  versions(
    connection: string,
    names: readonly string[] | undefined,
    at: number,
  ): ReadonlyMap<string, string> {
    const own = [...this.secrets.keys()].filter((name) => name.startsWith(`trueup/${connection}/`));
    const asked = names ?? own;
    return new Map(
      asked.flatMap((name): [string, string][] => {
        const found = this.secrets.get(name)?.at(at);
        return found ? [[name, found.version]] : [];
      }),
    );
  }

  value({ secret: name, key }: SecretReference): SecretValue {
    const found = this.secrets.get(name)?.current;
    if (!found) return { found: false, code: 'missing', message: 'there is no such secret' };
    const text = key === undefined ? found.value : memberOf(found.value, key);
    if (text === undefined)
      return { found: false, code: 'key', message: `has no key '${key}'; it has none` };
    return { found: true, value: new Secret(text), version: found.version };
  }
}

function memberOf(text: string, key: string): string | undefined {
  const parsed: unknown = JSON.parse(text);
  const value = (parsed as Record<string, unknown>)[key];
  return typeof value === 'string' ? value : undefined;
}
