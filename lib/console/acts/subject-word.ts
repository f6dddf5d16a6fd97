import { shellWord } from '../../model/text/shell-word.ts';
import { plainText } from '../../model/text/plain-text.ts';
import type { Subject } from './act.types.ts';

/** `acme/salesforce-prod`, as a command line takes it. A label may be another server's too, an id is not. */
export function subjectWord({ connection, id }: Subject): string {
  return shellWord(plainText(id === undefined ? connection : `${connection}/${id}`));
}
