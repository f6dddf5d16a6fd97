import { select } from './select.ts';
import type { Target } from './target.ts';

/** A connection, or servers of one, as the user named them. */
export interface Named {
  readonly connection: string;
  /** Id; absent means the whole connection. */
  readonly id?: string;
}

/** What is declared by that name. @throws CliError if nothing is */
export async function findNamed(target: Target, name: string): Promise<readonly Named[]> {
  const selections = await select(target, [name]);
  return selections.flatMap(({ connection, servers }): readonly Named[] =>
    servers ? servers.map((id) => ({ connection, id })) : [{ connection }],
  );
}
