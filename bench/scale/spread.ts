import type { Series, Spread } from './results.types.ts';

/** @param seconds - in any order, at least one */
export function spreadOf(seconds: readonly number[]): Spread {
  const sorted = seconds.toSorted((a, b) => a - b);
  const at = (share: number) => rounded(sorted[Math.ceil(share * sorted.length) - 1] ?? Number.NaN);
  return { p50: at(0.5), p90: at(0.9), p99: at(0.99), most: at(1) };
}

/** To milliseconds: results are read by people too. */
export const rounded = (value: number) => Math.round(value * 1000) / 1000;

/** Every so many of its points that about `most` are left, the last one too. */
export function thinned(series: Series, most = 240): Series {
  const step = Math.ceil(series.length / most);
  return series.filter((_, index) => index % step === 0 || index === series.length - 1);
}
