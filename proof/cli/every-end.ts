import { eachLimited } from '../../lib/pass/limited.ts';
import { commandLines, isWatch, startFailures } from '../../test/support/command-ends.ts';
import type { Ended, Failure } from '../../test/support/command-ends.ts';

/** A command line, and what is wrong around it. */
export interface FailingRun {
  readonly title: string;
  readonly argv: readonly string[];
  readonly failure: Failure;
}

const codes: readonly unknown[] = [0, 1, 3, 130];

/**
 * Runs commands in processes of their own, each until it ends: what hangs is caught by the time limit of the test.
 *
 * @param choose - which of all commands with all failures
 * @returns how many there were, and those that ended in another way than a command may
 */
export async function everyEnd(
  choose: (runs: readonly FailingRun[]) => readonly FailingRun[] = (runs) => runs,
): Promise<{ readonly ran: number; readonly strange: readonly (readonly [string, Ended])[] }> {
  const world = await startFailures();
  try {
    const runs = Object.entries(commandLines).flatMap(([command, argv]) =>
      Object.entries(world.failures)
        .filter(([, { unread }]) => !(isWatch(argv) && unread))
        .map(([name, failure]) => ({ title: `${command} with ${name}`, argv, failure })),
    );
    const chosen = choose(runs);
    const ends: (readonly [string, Ended])[] = [];
    // One at a time: a call to the server that never answers is that of the one command.
    await eachLimited(chosen, 1, async ({ title, argv, failure }) => {
      ends.push([title, await world.run(argv, failure)]);
    });
    return { ran: ends.length, strange: ends.filter(([, ended]) => isStrange(ended)) };
  } finally {
    await world.close();
  }
}

function isStrange({ code, signal, output }: Ended): boolean {
  const isTrace = output.includes('was not expected') || /^\s+at /m.test(output);
  return signal !== null || !codes.includes(code) || isTrace;
}
