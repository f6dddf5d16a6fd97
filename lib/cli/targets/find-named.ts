import { select } from './select.ts';
import type { Target } from './target.ts';

/** A connection or server that the user named. */
export interface Named {
  readonly connection: string;
  /** Id; absent means the whole connection. */
  readonly id?: string;
}

/** The declared connection or servers with this name. @throws CliError if there are none */
export async function findNamed(target: Target, name: string): Promise<readonly Named[]> {
  const selections = await select(target, [name]);
  return selections.flatMap(({ connection, servers }): readonly Named[] =>
    servers ? servers.map((id) => ({ connection, id })) : [{ connection }],
  );
}
