import { counted } from '../../../plan/text/render-guard.ts';
import type { DesiredRow, DesiredStore } from '../../../desired/desired-store.types.ts';
import { isJsonObject } from '../../../model/json/json.ts';
import type { Log } from '../../../model/runtime.types.ts';
import type { Dependencies } from '../../../pass/dependencies.types.ts';
import { readDesired } from '../../../pass/read/desired.ts';
import type { DesiredReading, DesiredState } from '../../../pass/read/desired.ts';
import { originOf } from '../../../sign-in/saved/saved-sign-in.ts';
import type { Target } from '../../targets/target.ts';
import { callChecks } from './calls.ts';
import type { Check } from './check.ts';
import { check, unwell, well } from './check.ts';
import { hostChecks } from './hosts.ts';
import { lastPassCheck } from './last-pass.ts';
import { secretChecks } from './secrets.ts';

// Unknown rows are reported by the calls to the gateway; this read does not repeat that.
const nothing = () => undefined;
const silent: Log = {
  debug: nothing,
  info: nothing,
  warn: nothing,
  error: nothing,
  child: () => silent,
};

/** Checks declaration, hosts, secrets, token, list call and last pass of a connection. Reads one page from the vendor. */
export async function connectionChecks(
  connection: string,
  { deps, diagnosis, outputs }: Target,
  stop: AbortSignal,
): Promise<readonly Check[]> {
  let rows: readonly DesiredRow[] = [];
  const read = await check(`${connection}: declaration`, async () => {
    rows = await deps.desired.rows(connection);
    return counted(rows.length, 'row');
  });
  if (!read.ok) return [read];
  const asRead: DesiredStore = {
    connections: () => deps.desired.connections(),
    rows: async () => rows,
    countServers: () => deps.desired.countServers(connection),
  };
  const reading = await readDesired(asRead, connection, undefined, { ...deps, log: silent });
  const [hosts, secrets, last] = await Promise.all([
    reading.ok ? hostChecks(reading.desired, diagnosis) : [],
    secretChecks(
      connection,
      reading.ok && (await isSignedIn(reading.desired, deps)) ? withoutSeed(rows) : rows,
      { inspector: diagnosis.secrets, secrets: deps.secrets },
      reading.ok ? deps.providers.get(reading.desired.connection.provider)?.table : undefined,
    ),
    lastPassCheck(connection, deps, outputs !== undefined),
  ]);
  const calls = reading.ok ? await callChecks(reading.desired.connection, hosts, deps, stop) : [];
  return [declarationCheck(connection, reading), ...hosts, ...secrets, ...calls, last];
}

function declarationCheck(connection: string, reading: DesiredReading): Check {
  const what = `${connection}: declaration`;
  const fix = `fix it; \`trueup plan ${connection}\` shows all invalid servers`;
  if (!reading.ok) return unwell(what, reading.why, fix);
  const servers = [...reading.desired.servers.values()];
  const invalid = servers.flatMap((one) => (one.valid ? [] : [one.server]));
  const [first] = invalid;
  const count = counted(servers.length, 'server');
  if (!first) return well(what, `valid, ${count}`);
  const example = `${first.label ?? first.id}: ${first.reason}`;
  return unwell(what, `${invalid.length} of ${count} invalid, such as ${example}`, fix);
}

/** After a login, the secret with the first refresh token is not needed. */
async function isSignedIn(
  { connection: { name, auth } }: DesiredState,
  { signIns }: Dependencies,
): Promise<boolean> {
  if (auth.type !== 'refresh-token') return false;
  const saved = await signIns.read(name).catch(() => undefined);
  return saved?.origin === originOf(auth);
}

function withoutSeed(rows: readonly DesiredRow[]): readonly DesiredRow[] {
  return rows.map((row) => {
    if (row.item !== 'connection' || !isJsonObject(row.value['auth'])) return row;
    const { refresh_token: _seed, ...auth } = row.value['auth'];
    return { ...row, value: { ...row.value, auth } };
  });
}
