/** The key of the row that declares a server. The gateways here name those that Trueup creates after their labels. */
export function itemOf(id: string): string {
  const label = labelOf(id);
  return label === undefined ? `server#${id}` : `new#${label}`;
}

/** Servers of labels have one name for good: by it the vendor here, and the oracles, know the label. */
export const nameOfLabel = (label: string) => `New ${label}`;
export const labelOfName = (name: string) => /^New (\S+)$/.exec(name)?.[1];

/** The label of a server that Trueup created, or of a row without an id. */
export const labelOf = (id: string): string | undefined =>
  /^made-(.+)-\d+$/.exec(id)?.[1] ?? /^new#(.+)$/.exec(id)?.[1];
