import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';

/** Who holds a lease, for people, and unique. */
export function ownerName(): string {
  return `trueup on ${hostname()}, process ${process.pid}, ${randomUUID().slice(0, 8)}`;
}

/** What all commands on this machine have in common: their clock. */
export function clockName(): string {
  return `machine ${hostname()}`;
}
