const longest = 512;

/**
 * What is wrong with the name of a secret that a connection's row uses; undefined if nothing is.
 *
 * A connection may only use `<prefix>/<connection>/...`: otherwise a user who can write a row could have another team's
 * secret sent to a server of their own. An ARN is not allowed, because it may refer to another account. The text does
 * not include the name, because it may be a secret value by mistake.
 *
 * @returns a predicate, such as `does not begin with 'trueup/acme/'`
 */
export function secretNameProblem(
  name: string,
  connection: string,
  prefix: string,
): string | undefined {
  if (/^arn:/i.test(name)) return 'is an ARN, not a name';
  // The characters that Secrets Manager allows.
  if (/[^A-Za-z0-9/_+=.@-]/.test(name))
    return 'has characters other than A-Z a-z 0-9 / _ + = . @ -';
  if (name.length > longest) return `is longer than ${longest} characters`;
  // Secrets Manager allows these, but where names are file paths they would lead out of the folder.
  if (name.split('/').some((part) => part === '' || part === '.' || part === '..')) {
    return "has an empty, '.' or '..' part";
  }
  const begin = `${prefix}/${connection}/`;
  return name.startsWith(begin) ? undefined : `does not begin with '${begin}'`;
}
