import type { JsonObject } from '../../model/json/json.types.ts';
import { select } from './select.ts';
import type { Target } from './target.ts';
import { serverIdIn } from '../../model/names/server-key.ts';

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

/** The label, if it has one, of each declared server by its id. */
export async function labelsOf(
  { deps }: Target,
  connection: string,
): Promise<ReadonlyMap<string, string | undefined>> {
  const rows = await deps.desired.rows(connection);
  return new Map(
    rows.flatMap(({ item, value }) => {
      const id = serverIdIn(item);
      if (id === undefined) return [];
      const { label } = value as JsonObject;
      const shown = typeof label === 'string' ? label : undefined;
      return [[id, shown] as const];
    }),
  );
}
