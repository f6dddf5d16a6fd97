import { AwsFault, isRecord, textOf } from '../aws-json.ts';
import { stagesOf, type StoredSecret } from './versions.ts';

const day = 86_400;

/** AWS's dates in JSON 1.1: seconds since the epoch. */
export const seconds = (ms: number) => ms / 1000;

/** A secret without its values, as ListSecrets and DescribeSecret show it. */
export function describeSecret(secret: StoredSecret): Record<string, unknown> {
  return {
    ARN: secret.arn,
    Name: secret.name,
    ...(secret.description !== undefined && { Description: secret.description }),
    Tags: secret.tags,
    CreatedDate: seconds(secret.created),
    LastChangedDate: seconds(secret.changed),
    LastAccessedDate: Math.floor(seconds(secret.changed) / day) * day,
    ...(secret.deleted !== undefined && { DeletedDate: seconds(secret.deleted) }),
  };
}

/**
 * ListSecrets: newest first unless `SortOrder` is `asc`, at most `MaxResults` (1 to 100, also the default), without those
 * marked for deletion unless they are asked for.
 *
 * @throws AwsFault InvalidParameterException, InvalidNextTokenException
 */
export function listSecrets(
  secrets: readonly StoredSecret[],
  input: Record<string, unknown>,
): { SecretList: object[]; NextToken?: string } {
  const size = input['MaxResults'] ?? 100;
  if (typeof size !== 'number' || size < 1 || size > 100) {
    throw new AwsFault('InvalidParameterException', 'MaxResults must be between 1 and 100');
  }
  const ascending = input['SortOrder'] === 'asc';
  const after = startOf(textOf(input, 'NextToken'));
  const matches = filterOf(input['Filters']);
  const rest = secrets
    .filter((secret) => input['IncludePlannedDeletion'] === true || secret.deleted === undefined)
    .filter(matches)
    .toSorted((a, b) => (ascending ? a.sequence - b.sequence : b.sequence - a.sequence))
    .filter(
      ({ sequence }) => after === undefined || (ascending ? sequence > after : sequence < after),
    );
  const page = rest.slice(0, size);
  const last = page.at(-1);
  return {
    SecretList: page.map((secret) => ({
      ...describeSecret(secret),
      SecretVersionsToStages: stagesOf(secret),
    })),
    ...(last &&
      rest.length > size && {
        NextToken: Buffer.from(`after:${last.sequence}`).toString('base64'),
      }),
  };
}

function startOf(token: string | undefined): number | undefined {
  if (token === undefined) return undefined;
  const text = Buffer.from(token, 'base64').toString('utf8');
  if (!/^after:\d+$/.test(text)) throw new AwsFault('InvalidNextTokenException', 'Invalid token');
  return Number(text.slice('after:'.length));
}

/**
 * Filters are combined with AND, the values of one with OR, `!` in front negates. Names, tag keys and tag values match
 * from their beginning and with case; descriptions and `all` from a word's beginning and without.
 */
export function filterOf(filters: unknown): (secret: StoredSecret) => boolean {
  const tests = (Array.isArray(filters) ? filters : []).map((filter: unknown) => {
    const key = isRecord(filter) ? filter['Key'] : undefined;
    const values = isRecord(filter) && Array.isArray(filter['Values']) ? filter['Values'] : [];
    const texts = textsOf(key);
    return (secret: StoredSecret) =>
      values.map(String).some((value) => {
        const negated = value.startsWith('!');
        return negated !== texts(secret, negated ? value.slice(1) : value);
      });
  });
  return (secret) => tests.every((matches) => matches(secret));
}

function textsOf(key: unknown): (secret: StoredSecret, value: string) => boolean {
  switch (key) {
    case 'name':
      return ({ name }, value) => name.startsWith(value);
    case 'tag-key':
      return ({ tags }, value) => tags.some((tag) => tag.Key.startsWith(value));
    case 'tag-value':
      return ({ tags }, value) => tags.some((tag) => tag.Value.startsWith(value));
    case 'description':
      return ({ description = '' }, value) => words(description, value);
    case 'all':
      return ({ name, description = '', tags }, value) =>
        [name, description, ...tags.flatMap((tag) => [tag.Key, tag.Value])].some((text) =>
          words(text, value),
        );
    default:
      throw new AwsFault(
        'InvalidParameterException',
        `Filter key ${JSON.stringify(key)} is not known`,
      );
  }
}

const words = (text: string, value: string) =>
  text
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .some((word) => word.startsWith(value.toLowerCase()));
