import { canonicalJson } from '../../model/json/json.ts';
import type { ActRecord, ChangeRecord, PushedRow } from '../../model/history.types.ts';
import type { ShownValue } from '../../model/ledger.types.ts';
import { shownCaller } from '../../model/text/shown-caller.ts';
import { shownTime } from '../../model/text/shown-time.ts';
import type { FieldChange } from '../../plan/plan.types.ts';
import { counted } from '../../plan/text/render-guard.ts';
import type { ShownRecord } from './read-history.ts';

/* History records as text, for the command line and the console. */

/** Who did it; for an unattended pass, its trigger. */
export function whoText(record: ShownRecord): string {
  if (!('trigger' in record)) return shownCaller(record.by);
  const { by, command, trigger } = record;
  return by === undefined ? trigger : `${shownCaller(by)} (${command ?? trigger})`;
}

/** Who wrote the declaration that caused a change, if known. */
export function declaredText({ declaredBy, declaredAt }: ShownRecord): string | undefined {
  if (declaredBy === undefined) return undefined;
  const when = declaredAt === undefined ? '' : ` (push, ${shownTime(declaredAt)})`;
  return `declared by ${shownCaller(declaredBy)}${when}`;
}

/** A user's command that did not send changes. */
export function actText(record: ActRecord): string {
  switch (record.kind) {
    case 'approve':
      return `approved ${record.digest.slice(0, 12)}, ${counted(record.changes, 'change')}`;
    case 'pause': {
      const until = record.until === undefined ? '' : ` until ${shownTime(record.until)}`;
      return `paused${until}${record.reason === undefined ? '' : ` (${record.reason})`}`;
    }
    case 'resume':
      return 'resumed';
    case 'retry':
      return record.resend ? 'retried; fields that cannot be read are sent again' : 'retried';
    case 'reconcile':
      return 'requested a pass';
    case 'login':
      return 'signed in';
    case 'push': {
      const count = (action: PushedRow['action']) =>
        record.rows.filter((row) => row.action === action).length;
      return `pushed, ${count('add')} added, ${count('change')} changed, ${count('remove')} removed`;
    }
  }
}

/** History does not store how values were compared. All lists were compared as sets. */
export function asPlanned(field: ChangeRecord['fields'][number]): FieldChange {
  const compare = membersOf(field.before) === membersOf(field.after) ? 'value' : 'set';
  return { ...field, compare, conditional: false, held: false, hash: '' };
}

function membersOf(shown: ShownValue): string {
  const list = shown.kind === 'value' && Array.isArray(shown.value) ? shown.value : [];
  return canonicalJson(list.map(canonicalJson).toSorted());
}
