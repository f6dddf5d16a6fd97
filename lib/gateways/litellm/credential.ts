/** The members of `credentials` for each `auth_type`. */
const members = {
  none: [],
  api_key: ['auth_value'],
  bearer_token: ['auth_value'],
  basic: ['auth_value'],
  authorization: ['auth_value'],
  token: ['auth_value'],
  oauth2: ['client_id', 'client_secret'],
} as const satisfies Readonly<Record<string, readonly string[]>>;

export type AuthType = keyof typeof members;

export const authTypes = Object.keys(members) as readonly AuthType[];

/** Members that are secret or hidden. */
const hidden = ['auth_value', 'client_id', 'client_secret'] as const;

interface Problem {
  readonly path: readonly string[];
  readonly problem: string;
  readonly expected: string;
}

/**
 * What is wrong with a declared credential, which is one of:
 *
 * | auth_type | with, in `credentials` |
 * |-----------|------|
 * | not declared, none | nothing |
 * | api_key, bearer_token, basic, authorization, token | auth_value |
 * | oauth2    | client_id, client_secret; scopes |
 *
 * With fewer members, a PUT that changes the type erases the stored ones [run].
 */
export function credentialProblems(
  type: AuthType | undefined,
  credentials: object | undefined,
): readonly Problem[] {
  const declared = Object.keys(credentials ?? {});
  const wanted: readonly string[] = members[type ?? 'none'];
  const lacking = wanted.filter((key) => !declared.includes(key));
  const also = type === 'oauth2' ? ['scopes'] : [];
  const spare = declared.filter((key) => !wanted.includes(key) && !also.includes(key));
  const incomplete: Problem = {
    path: ['auth_type'],
    problem: `is declared without ${lacking.map(inCredentials).join(' and ')}`,
    expected: `must be declared with ${wanted.map(inCredentials).join(' and ')}`,
  };
  return [
    ...(lacking.length > 0 ? [incomplete] : []),
    ...spare.map((key) => ({
      path: ['credentials', key],
      problem: 'is declared without its auth_type',
      expected: `must be declared with ${typesOf(key)}`,
    })),
  ];
}

const inCredentials = (key: string) => `credentials.${key}`;

function typesOf(key: string): string {
  const types = authTypes.filter((type) =>
    [...(members[type] as readonly string[]), ...(type === 'oauth2' ? ['scopes'] : [])].includes(
      key,
    ),
  );
  return `auth_type: ${types.join(', ')}`;
}

/** The hidden members of other types; empty if the type is unknown. */
export function absentMembers(type: string): readonly (typeof hidden)[number][] {
  const used: readonly string[] | undefined = Object.hasOwn(members, type)
    ? members[type as AuthType]
    : undefined;
  return used ? hidden.filter((key) => !used.includes(key)) : [];
}
