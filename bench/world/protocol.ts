import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';

/** What a process of the world answers to: named functions with one argument. */
export type Handlers = Readonly<Record<string, (argument: never) => unknown>>;

interface Question {
  readonly id: number;
  readonly name: string;
  readonly argument: unknown;
}

interface Answer {
  readonly id: number;
  readonly result?: unknown;
  readonly error?: string;
}

/** Another process, and its functions. */
export interface Remote<H extends Handlers> {
  call<N extends keyof H & string>(
    name: N,
    ...argument: Parameters<H[N]>
  ): Promise<Awaited<ReturnType<H[N]>>>;
  close(): Promise<void>;
}

/** Serves functions to the process that started this one, and ends with it. */
export function serve(handlers: Handlers): void {
  const answer = async ({ id, name, argument }: Question): Promise<void> => {
    try {
      const result = await handlers[name]?.(argument as never);
      process.send?.({ id, result } satisfies Answer);
    } catch (error) {
      process.send?.({ id, error: String(error) } satisfies Answer);
    }
  };
  process.on('message', (question: Question) => void answer(question));
  process.on('disconnect', () => process.exit(0));
  process.send?.({ id: 0 } satisfies Answer);
}

/** Starts a process that `serve`s, and waits until it does. */
export async function start<H extends Handlers>(
  entry: string,
  argument: string,
  execArgv: readonly string[] = [],
): Promise<Remote<H>> {
  const child: ChildProcess = fork(entry, [argument], { execArgv: [...execArgv] });
  const exited = once(child, 'exit');
  const waiting = new Map<number, (answer: Answer) => void>();
  child.on('message', (answer: Answer) => {
    waiting.get(answer.id)?.(answer);
    waiting.delete(answer.id);
  });
  child.on('exit', (code) => {
    for (const [id, answer] of waiting) answer({ id, error: `${entry} ended with ${code}` });
    waiting.clear();
  });
  const answerTo = (id: number) =>
    new Promise<unknown>((resolve, reject) => {
      waiting.set(id, ({ result, error }) =>
        error === undefined ? resolve(result) : reject(new Error(error)),
      );
    });
  let last = 0;
  await answerTo(0);
  return {
    call: async (name, ...[asked]) => {
      last += 1;
      const answered = answerTo(last);
      child.send({ id: last, name, argument: asked } satisfies Question);
      return (await answered) as never;
    },
    close: async () => {
      if (child.connected) child.disconnect();
      await exited;
    },
  };
}
