import { version } from '../../version.ts';

/**
 * What to say where the stack is of another version than this command line; undefined if both are the same. Their tables have the
 * same form, or a form that the older one does not read.
 *
 * @param deployed - the stack's output; stacks had none before 0.1
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
