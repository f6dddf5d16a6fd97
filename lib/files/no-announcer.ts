import type { Announcer } from '../reconcile/ports/events.ts';

/** Where there is no event bus: what happened stands in the ledger's history, and nobody is told. */
export const noAnnouncer: Announcer = { announce: async () => undefined };
