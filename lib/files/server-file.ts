import { isJsonObject } from '../core/json.ts';
import { faultInRecord } from '../core/kept-forms.ts';
import type { Pause, ServerRecord } from '../core/ledger.types.ts';
import { readJson } from './atomic-file.ts';
import { fileProblem } from './store-problem.ts';
import { StoreError } from '../reconcile/ports/store-error.ts';

/**
 * A server's record; undefined if there is none.
 *
 * @throws StoreError if the file is not as Trueup wrote it
 */
export function readServer(path: string): ServerRecord | undefined {
  const found = readJson(path);
  if (found === undefined) return undefined;
  const wrong = (place: string) => fileProblem('store-malformed', path, `is damaged at ${place}`);
  const fault = faultInRecord(found);
  if (fault !== undefined) throw wrong(fault);
  return found as ServerRecord;
}

const isTime = (value: unknown) => typeof value === 'string' && !Number.isNaN(Date.parse(value));

/** A pause; undefined if there is none. A damaged file still means a pause, and one without an end. */
export function readPause(path: string): Pause | undefined {
  let found: unknown;
  try {
    found = readJson(path);
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    found = {};
  }
  if (found === undefined) return undefined;
  const value = isJsonObject(found) ? found : {};
  const text = (name: string) => {
    const member = value[name];
    return typeof member === 'string' ? member : undefined;
  };
  const time = (name: string) => (isTime(value[name]) ? text(name) : undefined);
  const [id, reason, by, until] = [text('id'), text('reason'), text('by'), time('until')];
  return {
    ...(id !== undefined && { id }),
    ...(reason !== undefined && { reason }),
    ...(by !== undefined && { by }),
    at: time('at') ?? new Date(0).toISOString(),
    ...(until !== undefined && { until }),
  };
}
