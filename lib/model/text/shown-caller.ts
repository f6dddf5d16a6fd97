import { plainText } from './plain-text.ts';

/** Of an act whose caller is not known. */
export const unknownCaller = 'unknown';

/** A caller for people: of an AWS identity what follows the account, such as `assumed-role/Admin/kim`. */
export function shownCaller(by: string): string {
  const [, name = by] = /^arn:[^:]*:(?:sts|iam):[^:]*:\d*:(.+)$/s.exec(by) ?? [];
  return plainText(name, 128);
}
