import type { JsonObject } from '../../model/json/json.types.ts';
import { usageError } from '../errors/cli-error.ts';
import { select } from './select.ts';
import type { Target } from './target.ts';
import { serverIdIn } from '../../model/names/server-key.ts';

/** A connection, or servers of one, as the user named them. */
export interface Named {
  readonly connection: string;
  /** Id; absent means the whole connection. */
  readonly id?: string;
}

/** `acme` or `acme/salesforce-prod`: the part after the first slash is a server's label or id. */
export function splitName(name: string): { readonly connection: string; readonly server?: string } {
  const slash = name.indexOf('/');
  if (slash < 0) return { connection: name };
  return { connection: name.slice(0, slash), server: name.slice(slash + 1) };
}

/** What is declared by that name. @throws CliError if nothing is */
export async function findNamed(target: Target, name: string): Promise<readonly Named[]> {
  const { connection, server } = splitName(name);
  if (server === undefined) {
    await select(target, [connection]);
    return [{ connection }];
  }
  if (server === '') throw usageError(`'${name}' names no server`, 'write CONNECTION/SERVER');
  const selections = await select(target, [connection], [server]);
  return selections.flatMap(({ servers = [] }) => servers.map((id) => ({ connection, id })));
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
