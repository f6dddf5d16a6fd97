import type { JsonObject } from '../../lib/model/json/json.types.ts';
import { chanceOf } from './chance.ts';
import type { Chance } from './chance.ts';
import { generateFaults } from './generate-faults.ts';
import { plot } from './generate-plots.ts';
import type { Plot } from './generate-plots.ts';
import { liveOf, secretValue, specOf } from './generate-specs.ts';
import type { Action, ConnectionInit, Delivery, Scenario, VendorName } from './scenario.types.ts';
import { withLabels } from './generate-labels.ts';
import { strangeChange, troubles } from './generate-contextforge.ts';
import { connectionOf, connectionPolicy } from './generate-fleet.ts';

const minute = 60_000;

/** A run that a seed stands for. */
export function generate(seed: number): Scenario {
  const chance = chanceOf(seed, 'scenario');
  const names = chance.is(0.25) ? ['acme', 'globex'] : ['acme'];
  // Of its own chance: what other seeds come to does not depend on it.
  const hosted = hostedVendor(seed);
  const connections = names.map((name, index) =>
    connectionOf(chance, name, index === 0 ? hosted : undefined),
  );
  const minutes = chance.between(8, 40);
  const loads = connections.map((connection) => workload(chance, connection, minutes));
  const unordered = [
    ...schedules(chance, minutes),
    ...loads.flatMap(({ actions }) => actions),
  ].toSorted((a, b) => a.at - b.at);
  const actions = counted(unordered, connections);
  const isCalm = chance.is(0.05);
  const faults = isCalm
    ? []
    : [
        ...loads.flatMap((load) => load.faults),
        ...generateFaults(chance, minutes * minute, actions),
      ].toSorted((a, b) => a.at - b.at);
  const apart = chance.pick([0, 1000, 30_000]);
  const clocks = Array.from({ length: 8 }, () => chance.between(0, apart) - apart / 2);
  // As far apart as clocks may be, now and then.
  if (chance.is(0.5)) clocks.splice(0, 2, -apart / 2, apart / 2);
  const timeLimit = chance.pick([150, 300]) * 1000;
  return withLabels({ seed, connections, actions, faults, clocks, timeLimit });
}

/** One that people run themselves, in two seeds of five. */
function hostedVendor(seed: number): VendorName | undefined {
  if (chanceOf(seed, 'contextforge').is(0.2)) return 'contextforge';
  return chanceOf(seed, 'litellm').is(0.25) ? 'litellm' : undefined;
}

/** Generations in the order in which rows are written, as `push` counts them; rows without one stay so. */
function counted(actions: readonly Action[], connections: readonly ConnectionInit[]): Action[] {
  const last = new Map<string, number>();
  for (const { name, servers } of connections) {
    for (const { id } of servers) last.set(`${name} server#${id}`, 1);
  }
  return actions.map((action) => {
    if (action.do !== 'declare' || typeof action.row?.['generation'] !== 'number') return action;
    const key = `${action.connection} ${action.item}`;
    const generation = (last.get(key) ?? 0) + 1;
    last.set(key, generation);
    return { ...action, row: { ...action.row, generation } };
  });
}

const deliveryOf = (chance: Chance): Delivery =>
  chance.weighed([
    [7, 'soon'],
    [1, 'late'],
    [1, 'twice'],
    [1, 'lost'],
  ]);

function schedules(chance: Chance, minutes: number): Action[] {
  return Array.from({ length: Math.ceil(minutes / 5) }, (_, index) => ({
    at: index * 5 * minute + chance.between(0, 5000),
    do: 'schedule' as const,
    delivery: deliveryOf(chance),
  }));
}

/** What people do to one connection. Edits come in bursts, and often go back to what was before. */
function workload(chance: Chance, connection: ConnectionInit, minutes: number): Plot {
  const { name, vendor, servers } = connection;
  const actions: Action[] = [];
  const rows = new Map(servers.map(({ id, row }) => [id, row ? [row] : []]));
  const ids = servers.map(({ id }) => id);
  let at = 0;
  const count = chance.between(1, 14);
  for (let index = 0; index < count; index += 1) {
    at = chance.is(0.5) ? at + chance.between(100, 20_000) : chance.between(5000, minutes * minute);
    at = Math.min(at, minutes * minute);
    const id = chance.pick(ids);
    actions.push(actionOf(chance, connection, id, rows, at));
  }
  if (vendor === 'contextforge') actions.push(...troubles(chance, name, ids, minutes * minute));
  if (chance.is(0.3))
    actions.push({ at: at + chance.between(1000, minute), do: 'approve', connection: name });
  if (!chance.is(0.5)) return { actions, faults: [] };
  const id = chance.pick(ids);
  const story = plot(
    chance,
    connection,
    id,
    rows.get(id) ?? [],
    chance.between(10_000, minutes * minute),
  );
  return { actions: [...actions, ...story.actions], faults: story.faults };
}

function actionOf(
  chance: Chance,
  connection: ConnectionInit,
  id: string,
  rows: Map<string, JsonObject[]>,
  at: number,
): Action {
  const { name, vendor } = connection;
  const what = chance.weighed<Action['do'] | 'connection'>([
    [9, 'declare'],
    [1, 'connection'],
    [3, 'drift'],
    [5, 'rotate'],
    [1, 'pause'],
    [1, 'resume'],
    [1, 'vanish'],
    [1, 'return'],
    [1, 'approve'],
    [2, 'apply'],
    [1, 'revoke'],
    [1, 'rotate-key'],
  ]);
  const delivery = deliveryOf(chance);
  switch (what) {
    case 'declare':
      return { at, do: what, connection: name, ...edit(chance, connection, id, rows), delivery };
    case 'connection': {
      const policy = connectionPolicy(chance, vendor);
      const row = { ...connection.row, policy };
      return { at, do: 'declare', connection: name, item: 'connection', row, delivery };
    }
    case 'drift': {
      if (vendor === 'contextforge' && chance.is(0.5)) {
        return { at, do: what, connection: name, id, fields: strangeChange(chance, id) };
      }
      const fields = liveOf(chance, vendor, specOf(chance, vendor, name, id), id);
      const { client_secret: _secret, client_id: _client, instructions: _text, ...seen } = fields;
      // What nobody can read, nobody can put right.
      const { meta, ...others } = seen;
      const shown = meta !== undefined && connection.shows.meta;
      return { at, do: what, connection: name, id, fields: { ...others, ...(shown && { meta }) } };
    }
    case 'rotate': {
      const secret = `trueup/${name}/${chance.is(0.2) ? 'shared' : id}`;
      const value = secretValue(secret, chance.between(1, 3));
      return { at, do: what, connection: name, name: secret, value, delivery };
    }
    case 'pause':
    case 'resume':
      return {
        at,
        do: what,
        connection: name,
        ...(chance.is(0.7) && { id }),
        ...(chance.is(0.3) && { minutes: 4 }),
      };
    case 'vanish':
    case 'return':
      return { at, do: what, connection: name, id };
    case 'apply':
      return {
        at,
        do: what,
        connection: name,
        ...(chance.is(0.4) && { id }),
        confirmed: chance.is(0.6),
      };
    case 'revoke': {
      const isFixed = (connection.row['auth'] as JsonObject)['type'] === 'bearer';
      return { at, do: isFixed ? 'approve' : what, connection: name };
    }
    case 'approve':
      return { at, do: what, connection: name };
    case 'schedule':
    case 'appear':
    case 'lock-out':
    case 'rotate-key':
      return { at, do: 'rotate-key' };
  }
}

/** The next declaration of a server: a new one, an earlier one again, none, or one that does not fit. */
function edit(
  chance: Chance,
  { name, vendor }: ConnectionInit,
  id: string,
  rows: Map<string, JsonObject[]>,
): { item: string; row?: JsonObject } {
  const item = `server#${id}`;
  const past = rows.get(id) ?? [];
  rows.set(id, past);
  const last = past.at(-1);
  const kind = chance.weighed<'new' | 'again' | 'gone' | 'unfit'>([
    [10, 'new'],
    [6, 'again'],
    [1, 'gone'],
    [1, 'unfit'],
  ]);
  if (kind === 'gone') return { item };
  const before = past.at(-2);
  const row =
    kind === 'again' && before
      ? before
      : { ...last, spec: specOf(chance, vendor, name, id, last?.['spec'] as JsonObject) };
  past.push(row);
  if (kind === 'unfit') return { item, row: { ...row, spec: { nonsense: true } } };
  return { item, row };
}
