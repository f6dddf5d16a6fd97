import { plainText } from '../../../model/text/plain-text.ts';
import type { Output } from '../../output/output.ts';

/**
 * Shows what the command waits for: in one line that is updated on a terminal, and once for each owner of a lease in a
 * log.
 */
export function showWaiting(
  connections: readonly string[],
  { isTerminal, say, progress }: Output,
  now: () => number,
): {
  /** Called when the pass of one connection was requested. */
  readonly asked: () => void;
  /** `holder` is the process that reconciles the connection now. */
  readonly looked: (connection: string, holder: string | undefined) => void;
  readonly reported: (connection: string) => void;
} {
  const startedAt = now();
  const waiting = new Map<string, string | undefined>(connections.map((name) => [name, undefined]));
  const show = () => {
    const [first] = waiting;
    if (!first) return;
    const [connection, holder] = first;
    const seconds = Math.round((now() - startedAt) / 1000);
    const done = connections.length - waiting.size;
    const count = connections.length === 1 ? '' : `${done} of ${connections.length} reported; `;
    const what = holder === undefined ? 'waiting for a function' : `reconciled by ${holder}`;
    progress(plainText(`${count}${connection}: ${seconds} s, ${what}`));
  };
  let isSaid = isTerminal;
  show();
  return {
    asked: () => {
      if (!isSaid) say(`Requested ${connections.join(', ')}; waiting for the functions.`);
      isSaid = true;
    },
    looked: (connection, holder) => {
      const isNew = holder !== undefined && waiting.get(connection) !== holder;
      waiting.set(connection, holder);
      if (isTerminal) show();
      else if (isNew) say(`${connection}: reconciled by ${holder}`);
    },
    reported: (connection) => {
      waiting.delete(connection);
      show();
    },
  };
}
