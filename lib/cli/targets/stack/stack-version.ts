import { version } from '../../version.ts';

/**
 * A warning if the stack has another version than this command line; undefined if they are equal. The stored schema may
 * have changed, and the older version may not be able to read it.
 *
 * @param deployed - the stack's output, which stacks before 0.1 did not have
 */
export function versionWarning(
  stack: string,
  deployed: string | undefined,
  own: string = version(),
): string | undefined {
  if (deployed === own) return undefined;
  const its = deployed === undefined ? 'an older version' : `version ${deployed}`;
  return `stack ${stack} was deployed by ${its} of Trueup, and this is ${own}: deploy the stack again with this version, or use that version`;
}
