const minute = 60_000;
const units = { m: minute, h: 60 * minute, d: 1440 * minute } as const;

/** `30m`, `12h`, `7d`; `never` overrides the connection's value. */
export const durationPattern = /^(?:never|[1-9]\d{0,4}[mhd])$/;

/** Milliseconds of a text that matches `durationPattern`; undefined for `never`. */
export function parseDuration(text: string): number | undefined {
  if (text === 'never') return undefined;
  return Number(text.slice(0, -1)) * units[text.slice(-1) as keyof typeof units];
}

/** `0%` to `100%`, with optional decimals. */
export const sharePattern = /^(?:100|[1-9]?\d(?:\.\d{1,6})?)%$/;

/** The share, 0 to 1, of a text that matches `sharePattern`. */
export function parseShare(text: string): number {
  return Number(text.slice(0, -1)) / 100;
}
