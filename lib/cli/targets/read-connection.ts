import type { Dependencies } from '../../pass/dependencies.types.ts';
import { invalidConnection, readDesired } from '../../pass/read/desired.ts';
import type { DesiredState } from '../../pass/read/desired.ts';

/**
 * A declared connection, with all its servers or only the named ones.
 *
 * @throws InvalidDeclarationError if there is no valid connection row
 */
export async function readConnection(
  connection: string,
  deps: Dependencies,
  ids?: readonly string[],
): Promise<DesiredState> {
  const reading = await readDesired(deps.desired, connection, ids, deps);
  if (reading.ok) return reading.desired;
  throw invalidConnection(connection, reading.why);
}
