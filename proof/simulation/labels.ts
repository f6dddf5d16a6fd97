import type { JsonObject } from '../../lib/model/json/json.types.ts';
import { textOf } from './vendor-quirks.ts';

/** The key of the row that declares a server. The gateways here name those that Trueup creates after their labels. */
export function itemOf(id: string): string {
  const label = labelOf(id);
  return label === undefined ? `server#${id}` : `new#${label}`;
}

/** Servers of labels have one name for good: by it the vendor here, and the oracles, know the label. */
export const nameOfLabel = (label: string) => `New_${label}`;
const labelOfName = (name: string) => /^New_(\S+)$/.exec(name)?.[1];

/** The label of a server by its fields, or those of a request to create it. */
export const labelOfFields = ({ name, server_name: other }: JsonObject): string | undefined =>
  labelOfName(textOf(name ?? other));

/** Ids that requests chose, with their labels. There is one run at a time in a thread. */
export const chosenIds = new Map<string, string>();

/** The label of a server that Trueup created, or of a row without an id. */
export const labelOf = (id: string): string | undefined =>
  chosenIds.get(id) ?? /^made-(.+)-\d+$/.exec(id)?.[1] ?? /^new#(.+)$/.exec(id)?.[1];
