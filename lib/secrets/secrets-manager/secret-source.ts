import {
  BatchGetSecretValueCommand,
  DescribeSecretCommand,
  ListSecretsCommand,
  type APIErrorType,
  type BatchGetSecretValueCommandOutput,
  type ListSecretsCommandOutput,
  type SecretsManagerClient,
  type SecretValueEntry,
} from '@aws-sdk/client-secrets-manager';
import { secretNameProblem } from '../../model/names/secret-name.ts';
import { Secret, type SecretRequest } from '../../model/secret.ts';
import type { SecretProblem, SecretSource, SecretValue } from '../secret-source.ts';
import { secretText } from '../secret-text.ts';
import { nameOf, secretStoreError } from '../../table/store-errors.ts';

export interface SecretsManagerOptions {
  readonly client: SecretsManagerClient;
  /** First part of all names: `<prefix>/<connection>/...`; defaults to `trueup`. */
  readonly prefix?: string;
  /** Called with the number of values that each call decrypted. */
  readonly onDecrypted?: (count: number) => void;
}

/** BatchGetSecretValue accepts at most 20 names; ListSecrets returns at most 100. */
const batchSize = 20;
const pageSize = 100;
/** DescribeSecret calls at a time. */
const describeSize = 10;

/**
 * `SecretSource` on AWS Secrets Manager. Values come from BatchGetSecretValue, `AWSCURRENT` only, and leave this module
 * in `Secret` wrappers. No error has a value, a part of one, or the SDK's error as its cause.
 */
export function secretsManager(options: SecretsManagerOptions): SecretSource {
  const { client, prefix = 'trueup', onDecrypted } = options;

  const failure = (call: string, connection: string) => (error: unknown) => {
    throw secretStoreError(error, {
      call: `SecretsManager ${call}`,
      store: `${prefix}/${connection}/`,
      connection,
    });
  };

  async function list(connection: string, signal?: AbortSignal): Promise<Map<string, string>> {
    const start = `${prefix}/${connection}/`;
    const versions = new Map<string, string>();
    let token: string | undefined;
    do {
      const command = new ListSecretsCommand({
        Filters: [{ Key: 'name', Values: [start] }],
        MaxResults: pageSize,
        ...(token !== undefined && { NextToken: token }),
      });
      const page: ListSecretsCommandOutput = await client
        .send(command, { ...(signal && { abortSignal: signal }) })
        .catch(failure('ListSecrets', connection));
      for (const { Name, DeletedDate, SecretVersionsToStages } of page.SecretList ?? []) {
        const version = currentOf(SecretVersionsToStages);
        if (!Name?.startsWith(start) || DeletedDate || version === undefined) continue;
        versions.set(Name, version);
      }
      token = page.NextToken;
    } while (token !== undefined);
    return versions;
  }

  async function describe(connection: string, name: string): Promise<string | undefined> {
    try {
      const answer = await client.send(new DescribeSecretCommand({ SecretId: name }));
      return answer.DeletedDate ? undefined : currentOf(answer.VersionIdsToStages);
    } catch (error) {
      if (ofOneSecret.has(nameOf(error))) return undefined;
      return failure('DescribeSecret', connection)(error);
    }
  }

  /** The result for each name; a name without an entry got no answer. */
  async function fetch(connection: string, names: readonly string[]) {
    const found = new Map<string, SecretValueEntry>();
    const errors = new Map<string, APIErrorType>();
    for (let from = 0; from < names.length; from += batchSize) {
      const part = names.slice(from, from + batchSize);
      let token: string | undefined;
      do {
        const command = new BatchGetSecretValueCommand({
          SecretIdList: part,
          ...(token !== undefined && { NextToken: token }),
        });
        const answer: BatchGetSecretValueCommandOutput = await client
          .send(command)
          .catch(failure('BatchGetSecretValue', connection));
        const values = answer.SecretValues ?? [];
        for (const value of values) found.set(value.Name ?? '', value);
        for (const error of answer.Errors ?? []) {
          const name = part.find((one) => isNamed(error.SecretId ?? '', one));
          if (name !== undefined) errors.set(name, error);
        }
        if (values.length > 0) onDecrypted?.(values.length);
        token = answer.NextToken;
      } while (token !== undefined);
    }
    return { found, errors };
  }

  return {
    versions: async (connection, names, signal) => {
      if (names === undefined) return list(connection, signal);
      const allowed = [...new Set(names)].filter(
        (name) => secretNameProblem(name, connection, prefix) === undefined,
      );
      const versions = new Map<string, string>();
      for (let from = 0; from < allowed.length; from += describeSize) {
        const part = allowed.slice(from, from + describeSize);
        const found = await Promise.all(part.map((name) => describe(connection, name)));
        for (const [index, version] of found.entries()) {
          if (version !== undefined) versions.set(part[index] ?? '', version);
        }
      }
      return versions;
    },

    values: async (connection, requests) => {
      const refused = (name: string) => secretNameProblem(name, connection, prefix);
      const names = new Set(
        requests.map(({ secret }) => secret).filter((name) => refused(name) === undefined),
      );
      const { found, errors } = await fetch(connection, [...names]);
      return requests.map((request) => {
        const breach = refused(request.secret);
        if (breach !== undefined) return problem('denied', breach);
        const value = found.get(request.secret);
        return value ? valueOf(value, request) : problemOf(errors.get(request.secret));
      });
    },
  };
}

function valueOf(entry: SecretValueEntry, request: SecretRequest): SecretValue {
  if (entry.VersionId === undefined) return problem('unavailable', 'came without a version');
  const read = secretText(entry.SecretString, request);
  if (!read.found) return problem(read.code, read.problem);
  return { found: true, value: new Secret(read.text), version: entry.VersionId };
}

/**
 * Codes of a batch's `Errors` list, as in the API reference of BatchGetSecretValue; a secret that is marked for deletion
 * is an InvalidRequestException.
 */
function problemOf(error: APIErrorType | undefined): SecretValue {
  const { ErrorCode: code = 'no answer', Message: message = '' } = error ?? {};
  if (/ResourceNotFound/.test(code)) {
    const noValue = message.includes('staging label');
    return problem('missing', noValue ? 'has no current value' : 'does not exist');
  }
  if (/InvalidRequest/.test(code) && message.includes('deletion')) {
    return problem('missing', 'is marked for deletion');
  }
  if (/AccessDenied/.test(code)) return problem('denied', 'cannot be read: permission denied');
  if (/DecryptionFailure/.test(code)) {
    return problem('denied', 'is encrypted with a key that Trueup is not allowed to use');
  }
  return problem('unavailable', `could not be read: ${code}`);
}

function problem(code: SecretProblem, message: string): SecretValue {
  return { found: false, code, message };
}

/** Errors that concern one secret; all others concern the store. */
const ofOneSecret: ReadonlySet<string> = new Set([
  'ResourceNotFoundException',
  'AccessDeniedException',
  'InvalidRequestException',
  'InvalidParameterException',
  'ValidationException',
]);

function currentOf(stages: Readonly<Record<string, readonly string[]>> = {}): string | undefined {
  return Object.entries(stages).find(([, labels]) => labels.includes('AWSCURRENT'))?.[0];
}

/** An error names its secret by name or by ARN, which ends in the name and `-` with six characters. */
function isNamed(id: string, name: string): boolean {
  return id === name || (id.startsWith('arn:') && id.slice(0, -7).endsWith(`:secret:${name}`));
}
