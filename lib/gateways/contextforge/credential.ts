type Key = 'authType' | 'authToken' | 'authUsername' | 'authPassword';

/** The fields of each type of credential. */
const members = {
  none: [],
  bearer: ['authToken'],
  basic: ['authUsername', 'authPassword'],
} as const satisfies Readonly<Record<string, readonly Key[]>>;

interface Problem {
  readonly key: Key;
  readonly problem: string;
  readonly expected: string;
}

/**
 * What is wrong with a declared credential, which is one of:
 *
 * | authType | with |
 * |----------|------|
 * | not declared, none | nothing |
 * | bearer   | authToken |
 * | basic    | authUsername, authPassword |
 *
 * With fewer fields, a PUT is rejected or erases the stored credential [run].
 */
export function credentialProblems(
  declared: Readonly<Partial<Record<Key, unknown>>>,
): readonly Problem[] {
  const type = (declared.authType ?? 'none') as keyof typeof members;
  const wanted: readonly Key[] = members[type];
  const lacking = wanted.filter((key) => declared[key] === undefined);
  const spare = (['authToken', 'authUsername', 'authPassword'] as const).filter(
    (key) => declared[key] !== undefined && !wanted.includes(key),
  );
  const incomplete: Problem = {
    key: 'authType',
    problem: `is declared without ${lacking.join(' and ')}`,
    expected: `must be declared with ${wanted.join(' and ')}`,
  };
  return [
    ...(lacking.length > 0 ? [incomplete] : []),
    ...spare.map((key) => ({
      key,
      problem: 'is declared without its authType',
      expected: `must be declared with authType: ${key === 'authToken' ? 'bearer' : 'basic'}`,
    })),
  ];
}
