import type { Random } from '../reconcile/ports/runtime.ts';

/** `20261122T135900123Z-k3f9q2`: sorts by time, and is unique enough beside a connection. */
export function passId(now: number, random: Random): string {
  const time = new Date(now).toISOString().replaceAll(/[-:.]/g, '');
  const tail = Math.floor(random() * 36 ** 6)
    .toString(36)
    .padStart(6, '0');
  return `${time}-${tail}`;
}
