import { shownTime } from '../model/text/shown-time.ts';
import type { LeaseItem } from './lease-item.ts';

/** The process that owns a lease, for people: who, and since when. */
export function ownerText({ owner = 'another process', acquiredAt }: LeaseItem): string {
  if (acquiredAt === undefined) return owner;
  return `${owner} (since ${shownTime(new Date(acquiredAt).toISOString())})`;
}
