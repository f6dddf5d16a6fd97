import { AwsFault } from '../aws-json.ts';

/** One version of a secret. Dates are milliseconds since the epoch. */
export interface SecretVersion {
  readonly id: string;
  readonly created: number;
  readonly value: { readonly SecretString: string } | { readonly SecretBinary: string };
  stages: string[];
}

/** A secret as the service stores it. */
export interface StoredSecret {
  readonly name: string;
  readonly arn: string;
  readonly created: number;
  /** Order of creation, an anchor for paging that stays valid while secrets are added and deleted. */
  readonly sequence: number;
  readonly description?: string;
  readonly tags: { readonly Key: string; readonly Value: string }[];
  changed: number;
  deleted?: number;
  versions: SecretVersion[];
}

/** Version ids with their staging labels; versions without a label are left out. */
export function stagesOf(secret: StoredSecret): Record<string, string[]> {
  return Object.fromEntries(
    secret.versions.flatMap(({ id, stages }) => (stages.length > 0 ? [[id, [...stages]]] : [])),
  );
}

/** The version that a read means. @throws AwsFault ResourceNotFoundException, InvalidRequestException */
export function findVersion(
  secret: StoredSecret,
  versionId: string | undefined,
  versionStage: string | undefined,
): SecretVersion {
  const stage = versionStage ?? 'AWSCURRENT';
  const found = secret.versions.find((version) =>
    versionId === undefined ? version.stages.includes(stage) : version.id === versionId,
  );
  if (!found) {
    const what = versionId === undefined ? `staging label: ${stage}` : `VersionId: ${versionId}`;
    const message = `Secrets Manager can't find the specified secret value for ${what}`;
    throw new AwsFault('ResourceNotFoundException', message);
  }
  if (versionStage !== undefined && !found.stages.includes(versionStage)) {
    const message = 'You provided a VersionStage that is not associated to the provided VersionId.';
    throw new AwsFault('InvalidRequestException', message);
  }
  return found;
}

/** Maximum number of versions, as AWS documents. A version is never removed in its first day or while it has a label. */
const versionsKept = 100;
const dayMs = 86_400_000;

function makeRoom(secret: StoredSecret, now: number): void {
  while (secret.versions.length >= versionsKept) {
    const old = secret.versions.findIndex(
      ({ created, stages }) => stages.length === 0 && created <= now - dayMs,
    );
    if (old === -1) {
      throw new AwsFault('LimitExceededException', 'The secret has too many versions.');
    }
    secret.versions.splice(old, 1);
  }
}

/**
 * Adds a version with its labels. The same token with the same value does nothing, as AWS's idempotency says; the first
 * version always gets `AWSCURRENT`.
 *
 * @returns the labels that moved here
 * @throws AwsFault ResourceExistsException for a token used with another value; LimitExceededException for the 101st of a day
 */
export function addVersion(
  secret: StoredSecret,
  version: Omit<SecretVersion, 'stages'>,
  stages: readonly string[],
): string[] {
  const known = secret.versions.find(({ id }) => id === version.id);
  if (known) {
    if (JSON.stringify(known.value) === JSON.stringify(version.value)) return [];
    const message = `You can't use ClientRequestToken ${version.id} because that value is already in use for a version of secret ${secret.arn}.`;
    throw new AwsFault('ResourceExistsException', message);
  }
  makeRoom(secret, version.created);
  const first = secret.versions.every(({ stages: labels }) => !labels.includes('AWSCURRENT'));
  const labels = first ? [...new Set([...stages, 'AWSCURRENT'])] : stages;
  const added: SecretVersion = { ...version, stages: [] };
  secret.versions.push(added);
  for (const label of labels) attach(secret, label, added);
  return [...labels];
}

/**
 * Moves a label as `UpdateSecretVersionStage` does.
 *
 * @returns whether the label moved to another version
 * @throws AwsFault InvalidParameterException, ResourceNotFoundException
 */
export function moveStage(
  secret: StoredSecret,
  label: string,
  from: string | undefined,
  to: string | undefined,
): boolean {
  const holder = secret.versions.find(({ stages }) => stages.includes(label));
  const target = to === undefined ? undefined : findVersion(secret, to, undefined);
  if (from !== undefined && holder?.id !== from) {
    const message = `The staging label ${label} is not attached to version ${from}.`;
    throw new AwsFault('InvalidParameterException', message);
  }
  if (!target) {
    if (from === undefined) return false;
    if (label === 'AWSCURRENT') {
      const message = 'You can only move staging label AWSCURRENT to a different secret version.';
      throw new AwsFault('InvalidParameterException', `${message} It can't be completely removed.`);
    }
    detach(secret, label);
    return false;
  }
  if (holder?.id === target.id) return false;
  if (holder && from === undefined) {
    const message = `The parameter RemoveFromVersionId can't be empty. Staging label ${label} is currently attached to version ${holder.id}.`;
    throw new AwsFault('InvalidParameterException', message);
  }
  attach(secret, label, target);
  return true;
}

/** When `AWSCURRENT` moves, AWS also moves `AWSPREVIOUS` to the version that it leaves. */
function attach(secret: StoredSecret, label: string, version: SecretVersion): void {
  const holder = secret.versions.find(({ stages }) => stages.includes(label));
  detach(secret, label);
  version.stages.push(label);
  if (label !== 'AWSCURRENT' || !holder) return;
  detach(secret, 'AWSPREVIOUS');
  holder.stages.push('AWSPREVIOUS');
}

function detach(secret: StoredSecret, label: string): void {
  for (const version of secret.versions) {
    version.stages = version.stages.filter((stage) => stage !== label);
  }
}
