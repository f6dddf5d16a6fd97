/** The file of the secrets, which is beside the declarations unless `--secrets` names another. */
export const secretsFileName = 'secrets.json';

/**
 * Whether a file of a folder has declarations, by its name. What `trueup init` and a user write beside declarations has
 * none: the secrets, and JSON Schemas.
 */
export function isDeclarationFile(name: string): boolean {
  const lower = name.toLowerCase();
  return /^[^.].*\.(ya?ml|json)$/.test(lower) && lower !== secretsFileName && !isSchema(lower);
}

const isSchema = (name: string) => name.endsWith('.schema.json');
