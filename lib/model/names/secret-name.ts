const longest = 512;

/**
 * What is wrong with the name of a secret that a connection's row uses; undefined if nothing is.
 *
 * A connection may only use `<prefix>/<connection>/...`: otherwise a user who can write a row could have another team's
 * secret sent to a server of their own. By name, never ARN: an ARN may point into another account. The name itself is
 * not part of the text: it may be a value, by mistake.
 *
 * @returns a predicate, such as `does not begin with 'trueup/acme/'`
 */
export function secretNameProblem(
  name: string,
  connection: string,
  prefix: string,
): string | undefined {
  if (/^arn:/i.test(name)) return 'is an ARN, not a name';
  // What Secrets Manager allows in a name.
  if (/[^A-Za-z0-9/_+=.@-]/.test(name))
    return 'has characters other than A-Z a-z 0-9 / _ + = . @ -';
  if (name.length > longest) return `is longer than ${longest} characters`;
  // Not so in Secrets Manager, but where names are file paths these would lead out of the folder.
  if (name.split('/').some((part) => part === '' || part === '.' || part === '..')) {
    return "has an empty, '.' or '..' part";
  }
  const begin = `${prefix}/${connection}/`;
  return name.startsWith(begin) ? undefined : `does not begin with '${begin}'`;
}
