import { plainText } from './plain-text.ts';

/** Shown if the caller is not known. */
export const unknownCaller = 'unknown';

/**
 * A caller as shown to users: for an AWS identity the part after the account, such as
 * `assumed-role/Admin/kim`.
 */
export function shownCaller(by: string): string {
  const [, name = by] = /^arn:[^:]*:(?:sts|iam):[^:]*:\d*:(.+)$/s.exec(by) ?? [];
  return plainText(name, 128);
}
