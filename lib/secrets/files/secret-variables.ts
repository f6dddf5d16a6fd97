/** Prefix of the environment variables that hold secrets. */
export const secretVariablePrefix = 'TRUEUP_SECRET_';

/**
 * The environment variable for a secret: its name without `<prefix>/`, in upper case, with `_` for all characters that
 * are not letters or digits. `trueup/acme/salesforce` is `TRUEUP_SECRET_ACME_SALESFORCE`.
 */
export function variableFor(name: string, prefix = 'trueup'): string {
  const begin = `${prefix}/`;
  const rest = name.startsWith(begin) ? name.slice(begin.length) : name;
  return `${secretVariablePrefix}${rest.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_')}`;
}

/** A secret in a variable, or several secret names that map to the same variable, which is then used for none of them. */
export type InVariable =
  | { readonly variable: string; readonly text: string }
  | { readonly variable: string; readonly names: readonly string[] };

/**
 * Looks up secrets in variables. If two known names map to the same variable (`a-b/c` and `a/b-c`), it is used for
 * neither; knowing all names in advance finds this early.
 *
 * @param known - names of all declared secrets
 */
export function secretVariables(
  variables: Readonly<Record<string, string | undefined>>,
  known: readonly string[],
  prefix: string,
): (name: string) => InVariable | undefined {
  const meant = new Map<string, Set<string>>();
  const meet = (name: string) => {
    const variable = variableFor(name, prefix);
    const names = meant.get(variable) ?? new Set();
    meant.set(variable, names.add(name));
    return { variable, names };
  };
  for (const name of known) meet(name);
  return (name) => {
    const { variable, names } = meet(name);
    const text = Object.hasOwn(variables, variable) ? variables[variable] : undefined;
    // CI systems set variables to '' for secrets that do not exist.
    if (text === undefined || text === '') return undefined;
    return names.size > 1 ? { variable, names: [...names].toSorted() } : { variable, text };
  };
}
