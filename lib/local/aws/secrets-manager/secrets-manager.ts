import { randomBytes, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { AwsFault, startAwsJson, textOf, type AwsOperation, type Intercept } from '../aws-json.ts';
import { readJsonFile, writeJsonFile } from '../../json-file.ts';
import { nameOf, secretValue, valueOf } from './values.ts';
import { describeSecret, filterOf, listSecrets, seconds } from './listing.ts';
import { addVersion, findVersion, moveStage, stagesOf, type StoredSecret } from './versions.ts';

/** The detail of EventBridge's `Secret Label Updated` event (source `aws.secretsmanager`). */
export interface LabelUpdated {
  readonly name: string;
  readonly labelUpdated: string;
  readonly versionId: string;
}

/** A Secrets Manager on loopback. */
export interface LocalSecretsManager {
  readonly endpoint: string;
  readonly calls: Record<string, number>;
  /** The stored secrets, for tests to inspect. */
  readonly secrets: readonly StoredSecret[];
  /** Names that `GetSecretValue` and `BatchGetSecretValue` refuse with AccessDeniedException. */
  readonly denied: Set<string>;
  /**
   * From now on ListSecrets returns the current state, even if it changes, as AWS may do for minutes. `thawList` ends
   * this.
   */
  readonly freezeList: () => void;
  readonly thawList: () => void;
  readonly close: () => Promise<void>;
}

const region = 'us-east-1';
const account = '000000000000';
const maxBatch = 20;

/**
 * Starts Secrets Manager's JSON protocol with versions, staging labels, deletion with a recovery window and batch reads.
 * With `folder` its state is stored there in `secrets.json`, mode 0600, in clear text: it is for made-up secrets.
 * `onLabelUpdated` is called when a label other than AWSPENDING and AWSPREVIOUS moves to another version, as EventBridge is.
 */
export async function startSecretsManager(
  options: {
    readonly now?: () => number;
    readonly folder?: string;
    readonly intercept?: Intercept;
    /** Texts by name, of secrets that exist from the beginning. One that `folder` has stays as it is. */
    readonly secrets?: Readonly<Record<string, string>>;
    readonly onLabelUpdated?: (detail: LabelUpdated) => void;
  } = {},
): Promise<LocalSecretsManager> {
  const { now = Date.now, folder, intercept, secrets: given = {}, onLabelUpdated } = options;
  const file = folder === undefined ? undefined : join(folder, 'secrets.json');
  const secrets = (file === undefined ? [] : readJsonFile(file, [])) as StoredSecret[];
  const denied = new Set<string>();
  let frozen: StoredSecret[] | undefined;

  const save = () => {
    if (file !== undefined) writeJsonFile(file, secrets);
  };

  function find(input: Record<string, unknown>, allowDeleted = false): StoredSecret {
    const id = textOf(input, 'SecretId');
    const found = secrets.find(
      ({ name, arn }) => id === name || id === arn || id === arn.slice(0, -7),
    );
    if (!found)
      throw new AwsFault(
        'ResourceNotFoundException',
        "Secrets Manager can't find the specified secret.",
      );
    if (found.deleted !== undefined && !allowDeleted) {
      const message =
        "You can't perform this operation on the secret because it was marked for deletion.";
      throw new AwsFault('InvalidRequestException', message);
    }
    return found;
  }

  function changed(secret: StoredSecret, labels: readonly string[], versionId: string): void {
    secret.changed = now();
    save();
    for (const labelUpdated of labels) {
      if (labelUpdated === 'AWSPENDING' || labelUpdated === 'AWSPREVIOUS') continue;
      onLabelUpdated?.({ name: secret.name, labelUpdated, versionId });
    }
  }

  const read = (secret: StoredSecret, versionId?: string, stage?: string) => {
    if (denied.has(secret.name)) {
      const message = `User: arn:aws:iam::${account}:user/local is not authorized to perform: secretsmanager:GetSecretValue on resource: ${secret.arn}`;
      throw new AwsFault('AccessDeniedException', message);
    }
    return valueOf(secret, findVersion(secret, versionId, stage));
  };

  const operations: Record<string, AwsOperation> = {
    CreateSecret: (input) => {
      const name = textOf(input, 'Name') ?? '';
      if (!/^[A-Za-z0-9/_+=.@-]{1,512}$/.test(name))
        throw new AwsFault('InvalidParameterException', 'Invalid name.');
      const value = secretValue(input);
      const id = textOf(input, 'ClientRequestToken') ?? randomUUID();
      let secret = secrets.find((one) => one.name === name);
      if (secret?.deleted !== undefined) {
        const message =
          "You can't create this secret because a secret with this name is already scheduled for deletion.";
        throw new AwsFault('InvalidRequestException', message);
      }
      if (secret && !secret.versions.some((version) => version.id === id)) {
        throw new AwsFault(
          'ResourceExistsException',
          `The operation failed because the secret ${name} already exists.`,
        );
      }
      if (!secret) {
        const description = textOf(input, 'Description');
        secret = {
          name,
          arn: `arn:aws:secretsmanager:${region}:${account}:secret:${name}-${randomBytes(3).toString('hex')}`,
          created: now(),
          sequence: Math.max(0, ...secrets.map(({ sequence }) => sequence)) + 1,
          ...(description !== undefined && { description }),
          tags: (Array.isArray(input['Tags']) ? input['Tags'] : []) as StoredSecret['tags'],
          changed: now(),
          versions: [],
        };
        secrets.push(secret);
      }
      if (value) addVersion(secret, { id, created: now(), value }, ['AWSCURRENT']);
      save();
      return { ARN: secret.arn, Name: name, ...(value && { VersionId: id }) };
    },
    PutSecretValue: (input) => {
      const secret = find(input);
      const value = secretValue(input);
      if (!value)
        throw new AwsFault(
          'InvalidParameterException',
          'You must provide either SecretString or SecretBinary.',
        );
      const id = textOf(input, 'ClientRequestToken') ?? randomUUID();
      const stages = Array.isArray(input['VersionStages'])
        ? input['VersionStages'].map(String)
        : ['AWSCURRENT'];
      changed(secret, addVersion(secret, { id, created: now(), value }, stages), id);
      return {
        ...nameOf(secret),
        VersionId: id,
        VersionStages: findVersion(secret, id, undefined).stages,
      };
    },
    UpdateSecretVersionStage: (input) => {
      const secret = find(input);
      const label = textOf(input, 'VersionStage') ?? '';
      const to = textOf(input, 'MoveToVersionId');
      const moved = moveStage(secret, label, textOf(input, 'RemoveFromVersionId'), to);
      changed(secret, moved ? [label] : [], to ?? '');
      return nameOf(secret);
    },
    GetSecretValue: (input) =>
      read(find(input), textOf(input, 'VersionId'), textOf(input, 'VersionStage')),
    BatchGetSecretValue: (input) => batch(input),
    DescribeSecret: (input) => {
      const secret = find(input, true);
      return { ...describeSecret(secret), VersionIdsToStages: stagesOf(secret) };
    },
    ListSecrets: (input) => listSecrets(frozen ?? secrets, input),
    DeleteSecret: (input) => {
      const secret = find(input);
      const days = input['RecoveryWindowInDays'];
      const force = input['ForceDeleteWithoutRecovery'] === true;
      const invalid = typeof days === 'number' && (force || days < 7 || days > 30);
      if (invalid)
        throw new AwsFault(
          'InvalidParameterException',
          'The RecoveryWindowInDays value must be between 7 and 30 days, without ForceDeleteWithoutRecovery.',
        );
      if (force) secrets.splice(secrets.indexOf(secret), 1);
      secret.deleted = now();
      save();
      const window = force ? 0 : (typeof days === 'number' ? days : 30) * 86_400_000;
      return { ...nameOf(secret), DeletionDate: seconds(now() + window) };
    },
    RestoreSecret: (input) => {
      const secret = find(input, true);
      delete secret.deleted;
      save();
      return nameOf(secret);
    },
  };

  for (const [Name, SecretString] of Object.entries(given)) {
    if (!secrets.some(({ name }) => name === Name))
      await operations['CreateSecret']?.({ Name, SecretString });
  }

  function batch(input: Record<string, unknown>): object {
    const ids = input['SecretIdList'];
    const filters = input['Filters'];
    if ((ids === undefined) === (filters === undefined)) {
      throw new AwsFault(
        'InvalidParameterException',
        'Either SecretIdList or Filters must be provided, but not both.',
      );
    }
    const wanted = Array.isArray(ids)
      ? ids.map(String)
      : secrets
          .filter(filterOf(filters))
          .slice(0, maxBatch)
          .map(({ name }) => name);
    if (wanted.length < 1 || wanted.length > maxBatch) {
      throw new AwsFault(
        'InvalidParameterException',
        `SecretIdList must have between 1 and ${maxBatch} members.`,
      );
    }
    const SecretValues: object[] = [];
    const Errors: object[] = [];
    // Not in the requested order: AWS promises none.
    for (const SecretId of wanted.toSorted()) {
      try {
        SecretValues.push(read(find({ SecretId })));
      } catch (error) {
        if (!(error instanceof AwsFault)) throw error;
        Errors.push({ SecretId, ErrorCode: error.type, Message: error.message });
      }
    }
    return { SecretValues, Errors };
  }

  const server = await startAwsJson({ version: '1.1', operations, intercept });
  return {
    endpoint: server.endpoint,
    calls: server.calls,
    secrets,
    denied,
    freezeList: () => {
      frozen = structuredClone(secrets);
    },
    thawList: () => {
      frozen = undefined;
    },
    close: server.close,
  };
}
