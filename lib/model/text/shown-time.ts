import type { Time } from '../ledger.types.ts';

/** `2026-12-24 18:00 UTC` */
export function shownTime(at: Time): string {
  return `${at.slice(0, 16).replace('T', ' ')} UTC`;
}
