import { macOf } from '../../plan/fingerprint.ts';
import type { FingerprintKeys } from '../../model/fingerprint.types.ts';
import type { Json, JsonObject } from '../../model/json/json.types.ts';
import { secretNameProblem } from '../../model/names/secret-name.ts';
import { secretText } from '../secret-text.ts';
import { Secret, type SecretRequest } from '../../model/secret.ts';
import type { CredentialStore } from '../credential-store.types.ts';
import type {
  SecretFinding,
  SecretInspector,
  SecretProblem,
  SecretSource,
  SecretValue,
} from '../secret-source.ts';
import { secretVariables, variableFor } from './secret-variables.ts';
import { readSecrets, writeProblem, writeSecret, type SecretsByName } from './secrets-json.ts';
import { fileProblem, type FileErrorCode } from '../../model/errors/file-problem.ts';

export interface SecretsOptions {
  /** A JSON object from the name of a secret to a text or an object, readable by its owner only. */
  readonly file?: string;
  /** Environment variables; those that `variableFor` names are used. */
  readonly variables?: Readonly<Record<string, string | undefined>>;
  /** Names of all declared secrets: of these, variables are looked up when all versions are asked for. */
  readonly names?: readonly string[];
  /** The deployment's fingerprint key: version ids are made with it. */
  readonly keys: () => Promise<FingerprintKeys>;
  /** First part of all names: `<prefix>/<connection>/...`; defaults to `trueup`. */
  readonly prefix?: string;
}

/** A secret's whole text; or why it has no text. */
type Found =
  | { readonly text: string; readonly variable?: string }
  | { readonly code: SecretProblem; readonly message: string };

/**
 * `SecretSource` and `CredentialStore` on a file and environment variables. A version id is a keyed hash of name and
 * value: a changed value is a new version, and no id can be guessed from a value. A credential that is written back has
 * to be in the file.
 */
export function secretsFile(
  options: SecretsOptions,
): SecretSource & SecretInspector & CredentialStore {
  const { file, variables = {}, names: declared = [], keys, prefix = 'trueup' } = options;
  const inVariables = secretVariables(variables, declared, prefix);
  const place = file ?? 'the secrets';

  /** Read again each time: another process may have written back. */
  const readFile = (): SecretsByName => {
    if (file === undefined) return new Map();
    const found = readSecrets(file);
    if (found) return found;
    throw fileProblem(
      'store-absent',
      file,
      'does not exist: it is what --secrets or TRUEUP_SECRETS names',
    );
  };

  const find = (stored: SecretsByName, connection: string, name: string): Found => {
    const breach = secretNameProblem(name, connection, prefix);
    if (breach !== undefined) return { code: 'denied', message: breach };
    const value = stored.get(name);
    const other = inVariables(name);
    if (other && 'names' in other) {
      const message = `is ambiguous: ${other.variable} means ${other.names.join(' and ')}`;
      return { code: 'denied', message };
    }
    if (value !== undefined && other) {
      const message = `is in ${place} and in ${other.variable}: remove one of them`;
      return { code: 'denied', message };
    }
    if (value !== undefined) return { text: textOf(value) };
    if (other) return other;
    const variable = variableFor(name, prefix);
    const message =
      file === undefined
        ? `is not in the variable ${variable}, and there is no secrets.json beside the declarations`
        : `is neither in ${file} nor in the variable ${variable}`;
    return { code: 'missing', message };
  };

  const findingOf = (
    found: Found,
    connection: string,
    request: SecretRequest,
  ): SecretFinding | undefined => {
    const breach = secretNameProblem(request.secret, connection, prefix);
    if (breach !== undefined) {
      const fix = `name it ${prefix}/${connection}/...`;
      return { problem: `the name ${breach}`, fix, isMisnamed: true };
    }
    if ('text' in found) return undefined;
    const fix =
      found.code === 'missing'
        ? `put it into ${file ?? 'secrets.json beside the declarations (mode 0600)'}, under just this name`
        : 'leave it in one place only';
    return { problem: found.message, fix };
  };

  const versioning = async () => {
    const { current } = await keys();
    return (name: string, text: string) =>
      macOf(current, ['secret version', name, text], 'base64url');
  };

  /** A name that breaks the rule may be anything, and is not repeated. */
  const credentialProblem = (code: FileErrorCode, connection: string, problem: string) =>
    fileProblem(code, place, problem, { connection });

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
      return requests.map((request): SecretValue => {
        const { secret: name } = request;
        const found = find(stored, connection, name);
        if (!('text' in found)) return { found: false, ...found };
        const read = secretText(found.text, request);
        if (!read.found) return { found: false, code: read.code, message: read.problem };
        return { found: true, value: new Secret(read.text), version: versionOf(name, found.text) };
      });
    },

    inspect: async (connection, requests) => {
      const stored = readFile();
      const findings = new Map<string, SecretFinding>();
      for (const request of requests) {
        const finding = findingOf(find(stored, connection, request.secret), connection, request);
        if (finding && !findings.has(request.secret)) findings.set(request.secret, finding);
      }
      return findings;
    },

    read: async (connection, name) => {
      const found = find(readFile(), connection, name);
      if (!('text' in found)) {
        const code = found.code === 'missing' ? 'store-absent' : 'store-denied';
        throw credentialProblem(
          code,
          connection,
          `cannot give the credential: it ${found.message}`,
        );
      }
      if (found.variable !== undefined) {
        // Found out before it is exchanged: afterwards it would be used up.
        const problem = `cannot keep what is in ${found.variable}: it changes with each use, so it must be in secrets.json or the file of --secrets`;
        throw credentialProblem('store-denied', connection, problem);
      }
      const inTheWay = file === undefined ? undefined : writeProblem(file);
      if (inTheWay !== undefined) {
        const problem = `cannot keep the credential, which changes with each use: ${inTheWay}`;
        throw credentialProblem('store-denied', connection, problem);
      }
      return { value: new Secret(found.text), version: (await versioning())(name, found.text) };
    },

    save,
    create: save,
  };

  async function save(
    connection: string,
    name: string,
    value: Readonly<Record<string, Json | Secret>>,
  ) {
    const breach = secretNameProblem(name, connection, prefix);
    if (breach !== undefined) {
      throw credentialProblem('store-denied', connection, `cannot keep it: the name ${breach}`);
    }
    if (file === undefined) {
      const problem =
        'cannot be written back: they need a file, secrets.json beside the declarations or --secrets FILE';
      throw credentialProblem('store-denied', connection, problem);
    }
    const revealed: JsonObject = Object.fromEntries(
      Object.entries(value).map(([key, member]) => [
        key,
        member instanceof Secret ? member.reveal() : member,
      ]),
    );
    await writeSecret(file, name, revealed);
    const text = textOf(revealed);
    return { value: new Secret(text), version: (await versioning())(name, text) };
  }
}

const textOf = (value: string | JsonObject) =>
  typeof value === 'string' ? value : JSON.stringify(value);
