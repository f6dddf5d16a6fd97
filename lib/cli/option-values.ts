import { InvalidArgumentError } from 'commander';
import { parseDuration } from '../core/durations.ts';

/** An option that may be repeated. */
export function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

/** `90s`, `5m`, `2h`, `1d`, in milliseconds. */
export function milliseconds(text: string): number {
  const seconds = /^([0-9]{1,6})s$/.exec(text)?.[1];
  if (seconds !== undefined) return Number(seconds) * 1000;
  const ms = /^[0-9]{1,5}[mhd]$/.test(text) ? parseDuration(text) : undefined;
  if (ms !== undefined) return ms;
  throw new InvalidArgumentError("It must be a duration such as '90s', '5m' or '2h'.");
}
