import type { DesiredServer } from '../../model/desired.types.ts';
import type { Pointer } from '../../model/json/json.types.ts';
import type { AppliedField, ServerRecord, ShownValue } from '../../model/ledger.types.ts';
import type { LiveServer } from '../../model/live.types.ts';
import { asReference, formatReference } from '../../model/secret-reference.ts';
import { readUnit } from '../../model/units.ts';
import type { Unit } from '../../model/units.ts';
import { readHistory } from '../../pass/history/read-history.ts';
import type { ShownRecord } from '../../pass/history/read-history.ts';
import { preview } from '../../pass/preview.ts';
import { readDesired } from '../../pass/read/desired.ts';
import type { LiveReading } from '../../pass/read/live.ts';
import type { Plan } from '../../plan/plan.types.ts';
import type { ConsoleTarget } from '../console.types.ts';

/** A field of a server: what is declared, what was last applied, and what is live, as people may see it. */
export interface FieldRow {
  readonly pointer: Pointer;
  readonly declared: ShownValue;
  /** Whether the gateway answers its value: if not, it is assumed to be what was applied. */
  readonly isReadable: boolean;
  readonly applied?: AppliedField | undefined;
  /** What was last sent, where the history still has it. */
  readonly sent?: ShownValue | undefined;
  readonly live?: ShownValue | undefined;
}

/** What is known of a server. */
export interface ServerReading {
  /** Absent where the declaration is not valid: then `why` says why. */
  readonly fields?: readonly FieldRow[];
  readonly why?: string | undefined;
  readonly record?: ServerRecord | undefined;
  readonly history: readonly ShownRecord[];
  /** Only where live was asked for. */
  readonly live?: { readonly plan: Plan; readonly reading?: LiveReading | undefined };
}

/** Records of its history that are shown. */
export const mostRecords = 20;

/**
 * Reads tables, and the gateway only where live is asked for.
 *
 * @throws StoreError; and VendorError where live is asked for
 */
export async function readServer(
  { connection, id }: { readonly connection: string; readonly id: string },
  { deps, isRows }: ConsoleTarget,
  live: { readonly stop: AbortSignal } | undefined,
): Promise<ServerReading> {
  const wanted = { since: undefined, by: undefined, pass: undefined, limit: mostRecords + 1 };
  const [reading, ledger, found, made] = await Promise.all([
    readDesired(deps.desired, connection, [id], deps),
    deps.ledger.read(connection, [id]),
    readHistory({ ...deps, isRows }, { connection, server: id }, wanted),
    live && preview({ connection, servers: [id], trigger: 'cli', stop: live.stop }, deps),
  ]);
  const record = ledger.servers.get(id);
  const seen = made?.earlier.seen.live.declared.get(id);
  const common = {
    record,
    history: found.records,
    ...(made && { live: { plan: made.plan, reading: seen } }),
  };
  if (!reading.ok) return { ...common, why: reading.why };
  const declared = reading.desired.servers.get(id);
  if (!declared) return common;
  if (!declared.valid) return { ...common, why: declared.server.reason };
  const server = seen?.kind === 'found' ? seen.server : undefined;
  return { ...common, fields: fieldsOf(declared.server, record, found.records, server) };
}

function fieldsOf(
  { units }: DesiredServer,
  record: ServerRecord | undefined,
  history: readonly ShownRecord[],
  live: LiveServer | undefined,
): readonly FieldRow[] {
  return units.map((unit) => ({
    pointer: unit.pointer,
    declared: shownDeclared(unit),
    isReadable: unit.field.access === 'read-write',
    applied: record?.applied[unit.pointer],
    sent: lastSent(unit.pointer, history),
    live: live && readUnit(unit, live),
  }));
}

function shownDeclared({ field, value }: Unit): ShownValue {
  return field.access === 'secret'
    ? { kind: 'secret', secret: formatReference(asReference(value)) }
    : { kind: 'value', value };
}

function lastSent(pointer: Pointer, history: readonly ShownRecord[]): ShownValue | undefined {
  for (const record of history) {
    if (record.kind !== 'change') continue;
    const field = record.fields.find((one) => one.pointer === pointer);
    if (field) return field.after;
  }
  return undefined;
}
