import * as z from 'zod/mini';
import { connectionNameSchema } from '../../lib/model/names/connection-name.ts';

/** The meaning of an event of Secrets Manager for AWSCURRENT. */
export type SecretEvent =
  /** AWSCURRENT may have moved, for the secret with one of these names. */
  | { readonly kind: 'moved'; readonly names: readonly string[] }
  /** An event of Secrets Manager that does not concern AWSCURRENT. */
  | { readonly kind: 'other' }
  /** Not an event of Secrets Manager, or in an unknown form. */
  | { readonly kind: 'unknown' };

const current = 'AWSCURRENT';

const eventSchema = z.object({
  source: z.literal('aws.secretsmanager'),
  'detail-type': z.string(),
  detail: z.record(z.string(), z.unknown()),
});

const labelSchema = z.object({ name: z.string(), labelUpdated: z.string() });

const withSecretId = z.object({ secretId: z.string() });

/** CloudTrail's records by `eventName`: the secret's id, and whether AWSCURRENT may have moved. */
const records: Readonly<Record<string, z.ZodMiniType<{ id: string; moves: boolean }>>> = {
  CreateSecret: z.pipe(
    z.object({ requestParameters: z.object({ name: z.string() }) }),
    z.transform(({ requestParameters: { name } }) => ({ id: name, moves: true })),
  ),
  PutSecretValue: z.pipe(
    z.object({
      requestParameters: z.extend(withSecretId, { versionStages: z.optional(z.array(z.string())) }),
    }),
    z.transform(({ requestParameters: { secretId, versionStages } }) => ({
      id: secretId,
      moves: versionStages?.includes(current) ?? true,
    })),
  ),
  UpdateSecretVersionStage: z.pipe(
    z.object({ requestParameters: z.extend(withSecretId, { versionStage: z.string() }) }),
    z.transform(({ requestParameters: { secretId, versionStage } }) => ({
      id: secretId,
      moves: versionStage === current,
    })),
  ),
  UpdateSecret: z.pipe(
    z.object({ requestParameters: withSecretId }),
    z.transform(({ requestParameters: { secretId } }) => ({ id: secretId, moves: true })),
  ),
  RotationSucceeded: z.pipe(
    z.object({ additionalEventData: z.object({ SecretId: z.string() }) }),
    z.transform(({ additionalEventData: { SecretId } }) => ({ id: SecretId, moves: true })),
  ),
};

/**
 * Reads an event from EventBridge.
 *
 * | detail-type                        | which                                    | the secret |
 * |------------------------------------|------------------------------------------|------------|
 * | `Secret Label Updated`             | `labelUpdated` is AWSCURRENT             | `name` |
 * | `AWS API Call via CloudTrail`      | `PutSecretValue`, unless its stages lack AWSCURRENT; `UpdateSecretVersionStage` of AWSCURRENT; `UpdateSecret` | `requestParameters.secretId`, a name or an ARN |
 * |                                    | `CreateSecret`: a server may wait for it | `requestParameters.name` |
 * | `AWS Service Event via CloudTrail` | `RotationSucceeded`                      | `additionalEventData.SecretId`, an ARN |
 *
 * Failed calls are ignored. `RotateSecret` only starts a rotation.
 *
 * @see https://docs.aws.amazon.com/secretsmanager/latest/userguide/event-detail-secret-label-updated-secretsmanager.html
 * @see https://docs.aws.amazon.com/secretsmanager/latest/userguide/cloudtrail_log_entries.html
 */
export function readSecretEvent(event: unknown): SecretEvent {
  const parsed = eventSchema.safeParse(event);
  if (!parsed.success) return { kind: 'unknown' };
  const { detail, 'detail-type': type } = parsed.data;
  if (type === 'Secret Label Updated') {
    const label = labelSchema.safeParse(detail);
    if (!label.success) return { kind: 'unknown' };
    const { name, labelUpdated } = label.data;
    return labelUpdated === current ? { kind: 'moved', names: [name] } : { kind: 'other' };
  }
  if (!type.endsWith(' via CloudTrail')) return { kind: 'other' };
  const { eventName } = detail;
  const isKnown = typeof eventName === 'string' && Object.hasOwn(records, eventName);
  const schema = isKnown ? records[eventName] : undefined;
  if (!schema || typeof detail['errorCode'] === 'string') return { kind: 'other' };
  const record = schema.safeParse(detail);
  if (!record.success) return { kind: 'unknown' };
  const { id, moves } = record.data;
  return moves ? { kind: 'moved', names: namesOf(id) } : { kind: 'other' };
}

/**
 * The possible names for a `SecretId`. A complete ARN ends in a hyphen and six characters that are not part of the
 * name; a partial one does not, and the two cannot be distinguished.
 */
function namesOf(id: string): readonly string[] {
  const name = /^arn:[^:]*:secretsmanager:[^:]*:[^:]*:secret:(.+)$/.exec(id)?.[1];
  if (name === undefined) return [id];
  return /.-[A-Za-z0-9]{6}$/.test(name) ? [name.slice(0, -7), name] : [name];
}

/** The connection in a secret's name, `<prefix>/<connection>/...`; undefined for other secrets. */
export function connectionOf(name: string, prefix: string): string | undefined {
  if (!name.startsWith(`${prefix}/`)) return undefined;
  const [connection, ...rest] = name.slice(prefix.length + 1).split('/');
  const known = rest.length > 0 && connectionNameSchema.safeParse(connection).success;
  return known ? connection : undefined;
}
