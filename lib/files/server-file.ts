import { isJsonObject } from '../core/json.ts';
import type { Pause, ServerRecord } from '../core/ledger.types.ts';
import { outcomes } from '../core/outcome.ts';
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
  if (!isJsonObject(found)) throw wrong('its root');
  for (const [place, holds] of Object.entries(checks)) {
    if (!holds(found[place])) throw wrong(place);
  }
  return found as unknown as ServerRecord;
}

const isTime = (value: unknown) => typeof value === 'string' && !Number.isNaN(Date.parse(value));
const isText = (value: unknown) => typeof value === 'string';
const isPrint = (value: unknown) =>
  isJsonObject(value) && isText(value['keyId']) && isText(value['mac']);
const everyIn = (holds: (member: unknown) => boolean) => (value: unknown) =>
  isJsonObject(value) && Object.values(value).every(holds);
const isExchange = (value: unknown) =>
  isJsonObject(value) && isPrint(value['sent']) && isPrint(value['answered']);

/** What a pass relies on. */
const checks: Readonly<Record<string, (value: unknown) => boolean>> = {
  id: isText,
  rev: (value) => Number.isSafeInteger(value) && Number(value) >= 1,
  outcome: (value) => outcomes.some((outcome) => outcome === value),
  since: isTime,
  applied: everyIn(
    (field) => isJsonObject(field) && isPrint(field['fingerprint']) && isTime(field['at']),
  ),
  undecided: everyIn(isExchange),
  normalised: everyIn(isExchange),
  intent: (value) =>
    value === undefined ||
    (isJsonObject(value) && isTime(value['at']) && Array.isArray(value['pointers'])),
  retry: (value) => value === undefined || (isJsonObject(value) && isTime(value['notBefore'])),
};

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
