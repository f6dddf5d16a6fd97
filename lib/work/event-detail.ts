import { cappedChange, firstThatFits } from '../plan/shown-values.ts';
import type { JsonObject } from '../model/json/json.types.ts';
import type { TrueupEvent } from './events.ts';

/** Maximum bytes of one detail; PutEvents accepts 256 KB in one call. */
const maximum = 100_000;
/**
 * Maximum characters of a shown value, and maximum number of fields or pointers. The next pair is used if the result is
 * too large.
 */
const limits = [
  { value: 4000, members: 1000 },
  { value: 200, members: 200 },
  { value: 20, members: 50 },
  { value: 0, members: 10 },
] as const;

/**
 * The `detail` of an event on the bus, as JSON. `version` is increased only for incompatible changes; new members may
 * be added at any time. All have `version`, `connection` and `pass`, and in addition:
 *
 * | detail-type      | members |
 * |------------------|---------|
 * | `Server Updated` | `server`, `label?`, `at`, `trigger`, `by?`, `command?`, `approval?`, `declaration`, `fields` (`pointer`, `cause`, `before`, `after`), `omitted?` |
 * | `Drift Detected` | `server`, `label?`, `pointers`, `omitted?` |
 * | `Update Failed`  | `server`, `label?`, `outcome`, `reason` (`code`, `message`, `pointer?`) |
 * | `Server Created` | `server`, `label?`, `consentUrl?`: where a user has to consent |
 * | `Server Deleted` | `server`, `label?` |
 * | `Server Unsure`  | `server`, `label?`, `reason`: it may have been created or deleted |
 * | `Plan Held`      | `digest`, `guard` |
 * | `Pass Completed` | the report: `trigger`, `startedAt`, `durationMs`, `servers`, `counts`, `state`, `details` and more |
 *
 * Long values are cut; `omitted` is the number of fields or pointers that are left out. Events never have secrets.
 */
export function eventDetail(event: TrueupEvent): string {
  const form = (index: number) => JSON.stringify(shape(event, limits[index] ?? limits[0]));
  return firstThatFits([0, 1, 2, 3], form, (json) => Buffer.byteLength(json), maximum);
}

interface Limit {
  readonly value: number;
  readonly members: number;
}

function shape(event: TrueupEvent, { value, members }: Limit): object {
  switch (event.type) {
    case 'Server Updated': {
      const { connection } = event;
      const { kind: _kind, ...change } = event.change;
      const fields = change.fields.slice(0, members).map((field) => cappedChange(field, value));
      return { version: 1, connection, ...change, fields, ...omitted(change.fields, members) };
    }
    case 'Drift Detected': {
      const { type: _type, pointers, ...rest } = event;
      const shown = pointers.slice(0, members);
      return { version: 1, ...rest, pointers: shown, ...omitted(pointers, members) };
    }
    case 'Pass Completed': {
      const { report } = event;
      return { version: 1, ...report, details: report.details.slice(0, members) };
    }
    case 'Update Failed':
    case 'Server Created':
    case 'Server Deleted':
    case 'Server Unsure':
    case 'Plan Held': {
      const { type: _type, ...rest } = event;
      return { version: 1, ...rest };
    }
  }
}

function omitted(list: readonly unknown[], members: number): JsonObject {
  return list.length > members ? { omitted: list.length - members } : {};
}
