import { explain } from '../../errors/explain.ts';

/** The result of one check. */
export interface Check {
  readonly what: string;
  readonly ok: boolean;
  /** Whether it could not be checked, which is not a failure. */
  readonly skipped?: true;
  /** What was found. */
  readonly found: string;
  /** How to fix it, if it failed. */
  readonly fix?: string;
}

/** How a check treats an error; undefined if the error's own next step is the fix. */
export type Verdict = { readonly fix: string } | { readonly skipped: string } | undefined;

/** Runs a check. It returns a text if it passed, or a finding; an error it throws becomes a finding too. */
export async function check(
  what: string,
  work: () => Promise<string | Check>,
  judge: (error: unknown) => Verdict = () => undefined,
): Promise<Check> {
  try {
    const found = await work();
    return typeof found === 'string' ? well(what, found) : found;
  } catch (error) {
    const verdict = judge(error);
    if (verdict && 'skipped' in verdict) return skipped(what, verdict.skipped);
    const { problem, next } = explain(error, { command: 'doctor' });
    // The line already names the connection, or the host.
    const places = [what.split(': ')[0], what.split(' ').at(-1)].map((one) => `${one}: `);
    const place = places.find((one) => problem.startsWith(one)) ?? '';
    const found = problem.slice(place.length);
    return unwell(what, found, verdict?.fix ?? next);
  }
}

export const well = (what: string, found: string): Check => ({ what, ok: true, found });

export const unwell = (what: string, found: string, fix: string): Check => ({
  what,
  ok: false,
  found,
  fix,
});

export const skipped = (what: string, why: string): Check => ({
  what,
  ok: true,
  skipped: true,
  found: `not tried: ${why}`,
});

/** Whether it was checked and passed. */
export const isWell = ({ ok, skipped: wasSkipped }: Check) => ok && !wasSkipped;
