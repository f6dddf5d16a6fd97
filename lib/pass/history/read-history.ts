import type { DesiredStore } from '../../desired/desired-store.types.ts';
import type { Ledger } from '../../ledger/ledger.types.ts';
import type { ChangeRecord, HistoryRecord } from '../../model/history.types.ts';
import type { Time } from '../../model/ledger.types.ts';
import { serverRows } from '../read/server-rows.ts';
import type { ServerRow } from '../read/server-rows.ts';
import type { Cause } from '../../model/outcome.ts';
import { unknownCaller } from '../../model/text/shown-caller.ts';

/** Where it is read. */
export interface HistoryPlaces {
  readonly desired: DesiredStore;
  readonly ledger: Ledger;
  /** Whether declarations are rows of a table: then it is known who wrote them. */
  readonly isRows: boolean;
}

/** A connection, or a server of one, as the user named it. */
export interface Place {
  readonly connection: string;
  readonly server?: string | undefined;
}

/** Which records a user asks for. */
export interface Wanted {
  readonly since: Time | undefined;
  readonly by: string | undefined;
  readonly pass: string | undefined;
  readonly limit: number;
}

/** A record, the connection that it belongs to, and what is looked up for people. */
export type ShownRecord = HistoryRecord & {
  readonly connection: string;
  /** Of a change in an unattended pass that a declaration caused: who wrote the declaration, and when. */
  readonly declaredBy?: string;
  readonly declaredAt?: Time;
};

/** What was done in a place, and whether something declared has its name. */
export interface Found {
  readonly records: readonly ShownRecord[];
  readonly isDeclared: boolean;
}

/** What was done in one place, newest first. @throws StoreError */
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

/** Whether it names a server: by its id, or its label as it is now or as it was then. */
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

/** An unattended pass is its trigger's. */
function isBy(record: HistoryRecord, by: string): boolean {
  const whose = record.by ?? ('trigger' in record ? record.trigger : unknownCaller);
  return whose.toLowerCase().includes(by.toLowerCase());
}

const ofDeclaration: ReadonlySet<Cause> = new Set(['adopt', 'declared', 'both']);

/** Where declarations are rows of a table, and the change was made for one of them. */
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

/** What a person did to a server, by its id: the label is the one that it has now. */
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
    // Of a later push of the same content, an earlier change says nothing.
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
