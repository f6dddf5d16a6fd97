import type { Pause } from '../model/ledger.types.ts';
import { isTime } from '../model/time.ts';
import { unknownCaller } from '../model/text/shown-caller.ts';
import type { Recorder } from './history.ts';
import { comparableId } from '../model/names/server-id.ts';
import { newKey, newLabelIn } from '../model/names/server-key.ts';
import type { Ledger } from './ledger.types.ts';
import type { Item, Table } from '../table/table.ts';
import { idIn, keys, pauseRange } from './keys.ts';

/** The part of `Ledger` for pauses. */
export function pauses(
  table: Table,
  record: Recorder,
  labels: Ledger['labels'],
): Pick<Ledger, 'pauses' | 'pause' | 'resume'> {
  const keyOf = (id: string | undefined) => (id === undefined ? keys.pause : keys.pauseOf(id));
  return {
    pauses: async (connection) => {
      const items = await table.query(connection, pauseRange);
      const found = items.map((item) => pauseIn(idIn(item.key, 'pause#'), item));
      return pausesOfBound(found, () => labels(connection));
    },
    pause: async (connection, { id, ...pause }) => {
      const { at, by = unknownCaller, until, reason } = pause;
      await record(connection, {
        kind: 'pause',
        at,
        by,
        ...(id !== undefined && { server: id }),
        ...(until !== undefined && { until }),
        ...(reason !== undefined && { reason }),
      });
      await table.put(connection, keyOf(id), pause);
    },
    resume: async (connection, { id, at, by = unknownCaller }) => {
      await record(connection, { kind: 'resume', at, by, ...(id !== undefined && { server: id }) });
      await table.remove(connection, keyOf(id));
      if (id === undefined) return;
      for (const [label, { binding }] of await labels(connection)) {
        if (binding === undefined || comparableId(binding.id) !== comparableId(id)) continue;
        // oxlint-disable-next-line no-await-in-loop -- one at most
        await table.remove(connection, keyOf(newKey(label)));
      }
    },
  };
}

/**
 * The pauses, with the gateway's id in those of servers that were paused by the key of their row, `new#<label>`, and
 * have an id now: such a pause still applies.
 */
export async function pausesOfBound(
  found: readonly Pause[],
  labels: () => ReturnType<Ledger['labels']>,
): Promise<readonly Pause[]> {
  const labelOf = ({ id = '' }: Pause) => newLabelIn(id);
  if (!found.some((pause) => labelOf(pause) !== undefined)) return found;
  const known = await labels();
  return found.map((pause) => {
    const label = labelOf(pause);
    const binding = label === undefined ? undefined : known.get(label)?.binding;
    return binding ? { ...pause, id: binding.id } : pause;
  });
}

/**
 * The pause in an item. Never throws: an item that was written by hand still pauses, and a time that cannot be read
 * counts as no end.
 */
export function pauseIn(id: string | undefined, { value }: Item): Pause {
  const text = (name: string) => (typeof value[name] === 'string' ? value[name] : undefined);
  const time = (name: string) => {
    const found = text(name);
    return found !== undefined && isTime(found) ? found : undefined;
  };
  const [reason, by, until] = [text('reason'), text('by'), time('until')];
  return {
    ...(id !== undefined && { id }),
    ...(reason !== undefined && { reason }),
    ...(by !== undefined && { by }),
    at: time('at') ?? new Date(0).toISOString(),
    ...(until !== undefined && { until }),
  };
}
