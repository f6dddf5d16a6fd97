import type { DesiredStore } from '../../desired/desired-store.types.ts';
import type { Ledger } from '../../ledger/ledger.types.ts';
import type { ChangeRecord, HistoryRecord } from '../../model/history.types.ts';
import type { Time } from '../../model/ledger.types.ts';
import { serverRows } from '../read/server-rows.ts';
import type { ServerRow } from '../read/server-rows.ts';
import type { Cause } from '../../model/outcome.ts';
import { unknownCaller } from '../../model/text/shown-caller.ts';

/** The places to read from. */
export interface HistoryPlaces {
  readonly desired: DesiredStore;
  readonly ledger: Ledger;
  /** Whether declarations are rows of a table, for which it is known who wrote them. */
  readonly isRows: boolean;
}

/** A connection or server, as the user named it. */
export interface Place {
  readonly connection: string;
  readonly server?: string | undefined;
}

/** Which records to return. */
export interface Wanted {
  readonly since: Time | undefined;
  readonly by: string | undefined;
  readonly pass: string | undefined;
  readonly limit: number;
}

/** A record with its connection and details for output. */
export type ShownRecord = HistoryRecord & {
  readonly connection: string;
  /** For a change of an unattended pass that a declaration caused: who wrote the declaration, and when. */
  readonly declaredBy?: string;
  readonly declaredAt?: Time;
};

/** The history of a place, and whether something with its name is declared. */
export interface Found {
  readonly records: readonly ShownRecord[];
  readonly isDeclared: boolean;
}

/** The history of one place, newest first. @throws StoreError */
export async function readHistory(
  places: HistoryPlaces,
  { connection, server }: Place,
  { since, by, pass, limit }: Wanted,
): Promise<Found> {
  const rows = server === undefined ? undefined : await serverRows(places, connection);
  const labels = rows && labelsIn(rows);
  const own = rows?.filter(({ id, key, label }) => [id, key, label].includes(server)) ?? [];
  const names = new Set([server, ...own.flatMap(({ id, key }) => [id, key])]);
  const isNamed = (id: string | undefined, label: string | undefined) =>
    id !== undefined && (names.has(id) || label === server);
  const tests = [
    ...(server === undefined ? [] : [(one: HistoryRecord) => isAbout(one, isNamed)]),
    ...(by === undefined ? [] : [(one: HistoryRecord) => isBy(one, by)]),
    ...(pass === undefined
      ? []
      : [(one: HistoryRecord) => 'pass' in one && one.pass.startsWith(pass)]),
  ];
  const records = await places.ledger.history(connection, {
    limit,
    ...(since !== undefined && { since }),
    ...(tests.length > 0 && { matches: (one) => tests.every((test) => test(one)) }),
  });
  const isDeclared =
    server === undefined || labels?.has(server) || [...(labels?.values() ?? [])].includes(server);
  return { records: await shown(places, connection, records, labels), isDeclared };
}

/** Whether the name matches a server's id, its current label, or its label at that time. */
function isAbout(
  record: HistoryRecord,
  isNamed: (id: string | undefined, label: string | undefined) => boolean,
): boolean {
  switch (record.kind) {
    case 'change':
    case 'create':
    case 'delete':
      return isNamed(record.server, record.label);
    case 'push':
      return record.rows.some((row) => isNamed(row.server, row.label));
    case 'pause':
    case 'resume':
    case 'retry':
      return isNamed(record.server, undefined);
    case 'approve':
    case 'reconcile':
    case 'login':
      return false;
  }
}

/** An unattended pass is attributed to its trigger. */
function isBy(record: HistoryRecord, by: string): boolean {
  const whose = record.by ?? ('trigger' in record ? record.trigger : unknownCaller);
  return whose.toLowerCase().includes(by.toLowerCase());
}

const ofDeclaration: ReadonlySet<Cause> = new Set(['adopt', 'declared', 'both']);

/** Whether declarations are rows of a table, and one of them caused the change. */
function isOfRow(
  record: HistoryRecord,
): record is ChangeRecord & Required<Pick<ChangeRecord, 'declaration'>> {
  return (
    record.kind === 'change' &&
    record.by === undefined &&
    record.declaration !== undefined &&
    record.fields.some(({ cause }) => ofDeclaration.has(cause))
  );
}

/** A user's command for a server, by its id, with its current label. */
function isOfServer(
  record: HistoryRecord,
): record is Extract<HistoryRecord, { kind: 'pause' | 'resume' | 'retry' }> & { server: string } {
  return !('pass' in record) && 'server' in record && record.server !== undefined;
}

async function shown(
  places: HistoryPlaces,
  connection: string,
  records: readonly HistoryRecord[],
  known: ReadonlyMap<string, string | undefined> | undefined,
): Promise<readonly ShownRecord[]> {
  const { ledger, isRows } = places;
  const labels =
    known ??
    (records.some(isOfServer) ? labelsIn(await serverRows(places, connection)) : undefined);
  const ofRows = isRows ? records.filter(isOfRow) : [];
  const pushed = await ledger.pushed(connection, ofRows);
  const pushes = new Map(ofRows.map((record, index) => [record, pushed[index]]));
  return records.map((record): ShownRecord => {
    if (isOfServer(record)) {
      const label = labels?.get(record.server);
      return { connection, ...record, ...(label !== undefined && { label }) };
    }
    if (!isOfRow(record) || !pushes.has(record)) return { connection, ...record };
    const push = pushes.get(record);
    // A push after the change cannot be its cause.
    if (!push || push.at > record.at) return { connection, ...record, declaredBy: unknownCaller };
    return { connection, ...record, declaredBy: push.by, declaredAt: push.at };
  });
}

/** The label, if it has one, of each declared server by its id, and by what it went by before it had one. */
function labelsIn(rows: readonly ServerRow[]): ReadonlyMap<string, string | undefined> {
  return new Map(
    rows.flatMap(({ id, key, label }) => [[key, label] as const, [id, label] as const]),
  );
}
