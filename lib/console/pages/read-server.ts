import type { CreatedServer, DesiredServer } from '../../model/desired.types.ts';
import type { Pointer } from '../../model/json/json.types.ts';
import type { AppliedField, ServerRecord, ShownValue } from '../../model/ledger.types.ts';
import type { LiveServer } from '../../model/live.types.ts';
import { asReference, formatReference } from '../../model/secret-reference.ts';
import { readUnit } from '../../model/units.ts';
import type { Unit } from '../../model/units.ts';
import { readHistory } from '../../pass/history/read-history.ts';
import type { ShownRecord } from '../../pass/history/read-history.ts';
import { preview } from '../../pass/preview.ts';
import { readAccount, readServers } from '../../pass/read/desired.ts';
import type { LiveReading } from '../../pass/read/live.ts';
import type { Plan } from '../../plan/plan.types.ts';
import type { Declared } from '../../plan/server-plan.types.ts';
import type { ConsoleTarget } from '../console.types.ts';

/** A field of a server: what is declared, what was last applied, and what is live, as people may see it. */
export interface FieldRow {
  readonly pointer: Pointer;
  readonly declared: ShownValue;
  /** Whether the gateway returns its value; if not, it is assumed to be the applied one. */
  readonly isReadable: boolean;
  /** Whether it is only said when the server is created. */
  readonly isCreateOnly: boolean;
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
  /** Of a row without an id: what Trueup knows of the server that it creates, or created. */
  readonly created?: CreatedServer | undefined;
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
  const [reading, ledger, found] = await Promise.all([
    readDeclared(connection, id, deps),
    deps.ledger.read(connection, [id]),
    readHistory({ ...deps, isRows }, { connection, server: id }, wanted),
  ]);
  const { declared } = reading;
  const created = declared?.valid ? declared.server.created : undefined;
  // Servers come and go in passes over the whole connection.
  const servers = created && isToCreateOrDelete(created) ? {} : { servers: [id] };
  const request = { connection, ...servers, trigger: 'cli' } as const;
  const made = live && (await preview({ ...request, stop: live.stop }, deps));
  const record = ledger.servers.get(id);
  const seen = made?.earlier.seen.live.declared.get(id);
  const common = {
    record,
    history: found.records,
    created,
    ...(made && { live: { plan: onlyOf(made.plan, id), reading: seen } }),
  };
  if (!declared) return { ...common, why: reading.why };
  if (!declared.valid) return { ...common, why: declared.server.reason };
  const server = seen?.kind === 'found' ? seen.server : undefined;
  return { ...common, fields: fieldsOf(declared.server, record, found.records, server) };
}

/** Whether a pass would create or delete it. */
const isToCreateOrDelete = ({ isAbsent, stored }: CreatedServer) => isAbsent || !stored.binding;

const onlyOf = (plan: Plan, id: string): Plan => ({
  ...plan,
  changes: plan.changes.filter((server) => server.id === id),
});

/** `why`: what is wrong with the connection's own row. */
async function readDeclared(
  connection: string,
  id: string,
  deps: ConsoleTarget['deps'],
): Promise<{ readonly declared?: Declared | undefined; readonly why?: string }> {
  const account = await readAccount(deps.desired, connection, deps);
  if (!account.ok) return { why: account.why };
  const { servers } = await readServers(deps, account, [id], deps);
  return { declared: servers.get(id) };
}

function fieldsOf(
  { units, created }: DesiredServer,
  record: ServerRecord | undefined,
  history: readonly ShownRecord[],
  live: LiveServer | undefined,
): readonly FieldRow[] {
  const createOnly = created?.createOnly ?? [];
  return [...createOnly, ...units].map((unit) => ({
    pointer: unit.pointer,
    declared: shownDeclared(unit),
    isReadable: unit.field.access === 'read-write',
    isCreateOnly: createOnly.includes(unit),
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
    if (record.kind !== 'change' && record.kind !== 'create') continue;
    const field = record.fields.find((one) => one.pointer === pointer);
    if (field) return field.after;
  }
  return undefined;
}
