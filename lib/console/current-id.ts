import type { Ledger } from '../ledger/ledger.types.ts';
import { newLabelIn } from '../model/names/server-key.ts';

/** The id that a server has now: an address may be of before it was created. @throws StoreError */
export async function currentId(
  connection: string,
  id: string,
  ledger: Pick<Ledger, 'labels'>,
): Promise<string> {
  const label = newLabelIn(id);
  if (label === undefined) return id;
  return (await ledger.labels(connection)).get(label)?.binding?.id ?? id;
}
