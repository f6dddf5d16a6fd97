import { isDeepStrictEqual } from 'node:util';
import type { DesiredRow } from '../../desired/desired-store.types.ts';
import type { VendorCalls } from '../../gateways/provider.ts';
import type { PlannedServer } from '../../plan/plan.types.ts';
import type { LiveReading, LiveState } from './live.ts';
import type { Readings, Tables } from './readings.types.ts';

/** What the plan that a person agreed to was made from, before the lease. */
export interface Earlier {
  /** The connection's own. */
  readonly row: DesiredRow;
  readonly seen: Readings;
  readonly planned: readonly PlannedServer[];
  /** What reading it took. */
  readonly calls: VendorCalls;
}

/** Of another gateway or another policy than now, nothing that was read holds. */
export function isOfRow({ row }: Earlier, { value }: DesiredRow): boolean {
  return isDeepStrictEqual(row.value, value);
}

/**
 * The servers whose earlier reading does not do under the lease:
 *
 * | a server                          | because |
 * |-----------------------------------|---------|
 * | to which something was agreed     | what is sent is decided on what the gateway has now |
 * | whose ledger item changed since   | another pass may have updated it |
 * | whose declaration changed since   | what was noted of it is of the other one |
 * | that was not read                 | it was paused, off, invalid, not declared, or its turn for a GET had not come |
 *
 * @param wanted - ids of those to be read at all
 * @param agreed - hashes of the changes that were agreed to
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

/** The live state: what was read again, and of the others what was read before. */
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
