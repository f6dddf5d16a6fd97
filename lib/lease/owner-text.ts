import { shownTime } from '../model/text/shown-time.ts';
import type { LeaseItem } from './lease-item.ts';

/** A text for output: the process that owns a lease, and since when. */
export function ownerText({ owner = 'another process', acquiredAt }: LeaseItem): string {
  if (acquiredAt === undefined) return owner;
  return `${owner} (since ${shownTime(new Date(acquiredAt).toISOString())})`;
}
