import { macOf } from '../../plan/diff/fingerprint.ts';
import type { FingerprintKeys } from '../../model/fingerprint.types.ts';
import type { JsonObject } from '../../model/json/json.types.ts';
import { secretNameProblem } from '../../model/names/secret-name.ts';
import { suggest } from '../../desired/rules/suggest.ts';
import { secretText } from '../secret-text.ts';
import { Secret, type SecretRequest } from '../../model/secret.ts';
import type {
  SecretFinding,
  SecretInspector,
  SecretProblem,
  SecretSource,
  SecretValue,
} from '../secret-source.ts';
import { secretVariables, variableFor } from './secret-variables.ts';
import { readSecrets, type SecretsByName } from './secrets-json.ts';
import { fileProblem } from '../../model/errors/file-problem.ts';

export interface SecretsOptions {
  /** A file readable only by its owner, with a JSON object from names of secrets to a text or an object. */
  readonly file?: string;
  /** Environment variables; `variableFor` gives the names that are used. */
  readonly variables?: Readonly<Record<string, string | undefined>>;
  /** Names of all declared secrets, whose variables are looked up when all versions are requested. */
  readonly names?: readonly string[];
  /** The deployment's fingerprint key, with which version ids are made. */
  readonly keys: () => Promise<FingerprintKeys>;
  /** First part of all names: `<prefix>/<connection>/...`. Defaults to `trueup`. */
  readonly prefix?: string;
}

/** A secret's whole text, or why there is none. */
type Found =
  | { readonly text: string; readonly variable?: string }
  | { readonly code: SecretProblem; readonly message: string; readonly fix: string };

/**
 * `SecretSource` on a file and environment variables. A version id is a keyed hash of name and value, so a changed
 * value is a new version, and values cannot be guessed from ids.
 */
export function secretsFile(options: SecretsOptions): SecretSource & SecretInspector {
  const { file, variables = {}, names: declared = [], keys, prefix = 'trueup' } = options;
  const inVariables = secretVariables(variables, declared, prefix);
  const place = file ?? 'the secrets';
  const fileToFill = file ?? 'secrets.json beside the declarations (mode 0600)';

  /** Not cached: another process may have written the file. */
  const readFile = (): SecretsByName => {
    if (file === undefined) return new Map();
    const found = readSecrets(file);
    if (found) return found;
    throw fileProblem(
      'store-absent',
      file,
      'does not exist; --secrets or TRUEUP_SECRETS names another file',
    );
  };

  const find = (stored: SecretsByName, connection: string, name: string): Found => {
    const breach = secretNameProblem(name, connection, prefix);
    if (breach !== undefined) {
      return { code: 'denied', message: breach, fix: `name it ${prefix}/${connection}/...` };
    }
    const value = stored.get(name);
    const other = inVariables(name);
    if (other && 'names' in other) {
      const message = `is ambiguous: ${other.variable} is the variable of ${other.names.join(' and ')}`;
      const fix = `rename one of them, or add them to ${fileToFill} and unset ${other.variable}`;
      return { code: 'denied', message, fix };
    }
    if (value !== undefined && other) {
      const message = `is in ${place} and in ${other.variable}: remove one of them`;
      return { code: 'denied', message, fix: 'keep it in one place only' };
    }
    if (value !== undefined) return { text: textOf(value) };
    if (other) return other;
    const variable = variableFor(name, prefix);
    const message =
      file === undefined
        ? `is not in the variable ${variable}, and secrets.json does not exist beside the declarations`
        : `is neither in ${file} nor in the variable ${variable}`;
    return { code: 'missing', message, fix: `add it to ${fileToFill}, with exactly this name` };
  };

  const findingOf = (
    found: Found,
    connection: string,
    request: SecretRequest,
  ): SecretFinding | undefined => {
    if ('text' in found) return undefined;
    const { message, fix } = found;
    const isMisnamed = secretNameProblem(request.secret, connection, prefix) !== undefined;
    return isMisnamed
      ? { problem: `the name ${message}`, fix, isMisnamed }
      : { problem: message, fix };
  };

  /** Stored names of the connection that are similar to `names` and not used: a used one belongs to another server. */
  const nearNames = (
    stored: SecretsByName,
    connection: string,
    names: readonly string[],
    requested: readonly string[],
  ): Map<string, string> => {
    const start = `${prefix}/${connection}/`;
    const used = new Set([...declared, ...requested]);
    const unused = [...stored.keys()]
      .filter((name) => name.startsWith(start) && !used.has(name))
      .slice(0, mostCompared)
      .map((name) => name.slice(start.length));
    return new Map(
      names.flatMap((name) => {
        const near =
          stored.has(name) || !name.startsWith(start)
            ? undefined
            : suggest(name.slice(start.length), unused);
        return near === undefined ? [] : [[name, start + near] as const];
      }),
    );
  };

  const versioning = async () => {
    const { current } = await keys();
    return (name: string, text: string) =>
      macOf(current, ['secret version', name, text], 'base64url');
  };

  return {
    versions: async (connection, names) => {
      const stored = readFile();
      const versionOf = await versioning();
      const asked = names ?? [...stored.keys(), ...declared];
      return new Map(
        [...new Set(asked)].flatMap((name) => {
          const found = find(stored, connection, name);
          return 'text' in found ? [[name, versionOf(name, found.text)] as const] : [];
        }),
      );
    },

    values: async (connection, requests) => {
      const stored = readFile();
      const versionOf = await versioning();
      const used = requests.map(({ secret }) => secret);
      return requests.map((request): SecretValue => {
        const { secret: name } = request;
        const found = find(stored, connection, name);
        if (!('text' in found)) {
          const { code, message } = found;
          const near =
            code === 'missing' ? nearNames(stored, connection, [name], used).get(name) : undefined;
          const meant = near === undefined ? '' : `; did you mean ${near}?`;
          return { found: false, code, message: message + meant };
        }
        const read = secretText(found.text, request);
        if (!read.found) return { found: false, code: read.code, message: read.problem };
        return { found: true, value: new Secret(read.text), version: versionOf(name, found.text) };
      });
    },

    inspect: async (connection, requests) => {
      const stored = readFile();
      const findings = new Map<string, SecretFinding>();
      const names = requests.map(({ secret }) => secret);
      const meant = nearNames(stored, connection, names, names);
      for (const request of requests) {
        const name = request.secret;
        if (findings.has(name)) continue;
        const found = find(stored, connection, name);
        const finding = findingOf(found, connection, request);
        if (!finding) continue;
        const near = 'code' in found && found.code === 'missing' ? meant.get(name) : undefined;
        const fix =
          near === undefined
            ? finding.fix
            : `did you mean ${near}? Correct the name in the declaration, or ${finding.fix}`;
        findings.set(name, { ...finding, fix });
      }
      return findings;
    },

    similar: (connection, missing) => nearNames(readFile(), connection, missing, missing),
  };
}

/** Stored names that a missing name is compared with: each comparison takes time. */
const mostCompared = 200;

const textOf = (value: string | JsonObject) =>
  typeof value === 'string' ? value : JSON.stringify(value);
