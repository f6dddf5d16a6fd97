/** A file that is not valid, and everything that must be said of it. */
export interface BrokenInput {
  readonly what: string;
  /** `«` stands right before each place that an error points at, from the top; it is no part of the file. */
  readonly text: string;
  /** Its name; `trueup.yaml` if left out. */
  readonly file?: string;
  /** Of each error its path, what is wrong, and how what would be right begins: `/path: problem; mend`. */
  readonly errors: readonly string[];
}

const lines = {
  connection: 'connection: acme',
  provider: 'provider: barndoor',
  baseUrl: 'baseUrl: https://acme.platform.barndoor.ai',
  auth: 'auth: { type: bearer, token: { secret: trueup/acme/token } }',
};

/** A connection at Barndoor that is valid but for the lines that are given; `more` stands below it. */
export function acme(given: Partial<typeof lines> = {}, more = ''): string {
  return `${Object.values({ ...lines, ...given })
    .filter((line) => line !== '')
    .join('\n')}\n${more}`;
}

/** The same at Alloy. */
export const alloy = (more: string) =>
  acme({ provider: 'provider: alloy', baseUrl: 'baseUrl: https://mcp.runalloy.com' }, more);

/** What must never be said again: it stands wherever a secret may stand by mistake. */
export const canary = 'hunter2hunter2';
