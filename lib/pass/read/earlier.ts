import { isDeepStrictEqual } from 'node:util';
import type { DesiredRow } from '../../desired/desired-store.types.ts';
import type { VendorCalls } from '../../gateways/provider.ts';
import type { PlannedServer } from '../../plan/plan.types.ts';
import type { LiveReading, LiveState } from './live.ts';
import type { Readings, Tables } from './readings.types.ts';

/** What the confirmed plan was made from, before the lease was acquired. */
export interface Earlier {
  /** The connection's own row. */
  readonly row: DesiredRow;
  readonly seen: Readings;
  readonly planned: readonly PlannedServer[];
  /** The requests that were made for it. */
  readonly calls: VendorCalls;
}

/** Whether the connection's row has not changed; otherwise nothing that was read is valid. */
export function isOfRow({ row }: Earlier, { value }: DesiredRow): boolean {
  return isDeepStrictEqual(row.value, value);
}

/**
 * The servers that must be read again under the lease:
 *
 * | a server                          | because |
 * |-----------------------------------|---------|
 * | with confirmed changes            | what is sent depends on the current state of the gateway |
 * | whose ledger item changed since   | another pass may have updated it |
 * | whose declaration changed since   | the plan belongs to the earlier one |
 * | that was not read                 | it was paused, off, invalid, not declared, or not yet read by GET |
 *
 * @param wanted - ids of the servers to read
 * @param agreed - hashes of the confirmed changes
 */
export function toReadAgain(
  { seen, planned }: Earlier,
  { desired, ledger }: Tables,
  wanted: readonly string[],
  agreed: ReadonlySet<string>,
): readonly string[] {
  const toSend = new Set(
    planned.flatMap(({ id, changes }) => (changes.some(({ hash }) => agreed.has(hash)) ? id : [])),
  );
  return wanted.filter(
    (id) =>
      toSend.has(id) ||
      !isSaid(seen.live.declared.get(id)) ||
      seen.ledger.servers.get(id)?.rev !== ledger.servers.get(id)?.rev ||
      contentOf(seen, id) !== contentOf({ desired }, id),
  );
}

function isSaid(reading: LiveReading | undefined): boolean {
  return reading !== undefined && reading.kind !== 'unsaid';
}

function contentOf({ desired }: Pick<Tables, 'desired'>, id: string): string | undefined {
  const declared = desired.servers.get(id);
  return declared?.valid ? declared.server.contentHash : undefined;
}

/** The live state: servers that were read again, and earlier readings of the others. */
export function withEarlier(
  { seen: { live } }: Earlier,
  wanted: readonly string[],
  again: ReadonlyMap<string, LiveReading>,
): LiveState {
  const declared = wanted.flatMap((id): readonly (readonly [string, LiveReading])[] => {
    const now = again.get(id);
    if (now) return [[id, now]];
    const before = live.declared.get(id);
    if (!before) return [];
    return [[id, before.kind === 'found' ? { ...before, isEarlier: true } : before]];
  });
  return { ...live, declared: new Map(declared) };
}
