/** What the names of variables with secrets begin with. */
export const secretVariablePrefix = 'TRUEUP_SECRET_';

/**
 * The environment variable that may hold a secret: its name without `<prefix>/`, in upper case, and `_` for whatever is
 * no letter or digit. `trueup/acme/salesforce` is `TRUEUP_SECRET_ACME_SALESFORCE`.
 */
export function variableFor(name: string, prefix = 'trueup'): string {
  const begin = `${prefix}/`;
  const rest = name.startsWith(begin) ? name.slice(begin.length) : name;
  return `${secretVariablePrefix}${rest.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_')}`;
}

/** A secret in a variable; or several names that mean the same variable, so that none can have it. */
export type InVariable =
  | { readonly variable: string; readonly text: string }
  | { readonly variable: string; readonly names: readonly string[] };

/**
 * Looks secrets up in variables. A variable that two known names mean (`a-b/c` and `a/b-c`) belongs to neither; the more names
 * are known beforehand, the sooner that is found.
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
    // A CI sets variables to '' for secrets that it does not have.
    if (text === undefined || text === '') return undefined;
    return names.size > 1 ? { variable, names: [...names].toSorted() } : { variable, text };
  };
}
