import type { JsonObject } from '../../lib/model/json/json.types.ts';
import { isJsonObject } from '../../lib/model/json/json.ts';
import { chanceOf } from './chance.ts';
import type { Chance } from './chance.ts';
import { nameOfLabel } from './labels.ts';
import { answers, creationSteps, deletionSteps, ways } from './generate-label-faults.ts';
import { liveOf, secretsFor, specOf } from './generate-specs.ts';
import type { Action, ConnectionInit, Fault, Scenario, VendorName } from './scenario.types.ts';

/*
 * Servers that Trueup creates and deletes. Of chances of their own: what a seed comes to without them does not depend on it.
 */

const seconds = 1000;
const minute = 60 * seconds;

/** More than a third of all seeds have servers that come and go; at Alloy none can. */
export function withLabels(whole: Scenario): Scenario {
  const { seed } = whole;
  const chance = chanceOf(seed, 'labels');
  const isPossible = whole.connections.some(({ vendor }) => vendor !== 'alloy');
  if (!chance.is(0.65) || !isPossible) return whole;
  const scenario = smaller(whole);
  const manage = chance.weighed([
    [8, ['update', 'create', 'delete']],
    [1, ['update', 'create']],
    [1, ['update']],
  ]);
  const last = Math.max(...scenario.actions.map(({ at }) => at), 15 * minute);
  const actions = [...scenario.actions];
  const faults = [...scenario.faults];
  const connections = scenario.connections.map((connection) => {
    const { name, vendor, servers, secrets } = connection;
    if (vendor === 'alloy') return connection;
    const names = Array.from({ length: chance.between(1, 3) }, (_, index) => `n${index + 1}`);
    const labels = names.map((label) => {
      const first = rowOf(chance, connection, label);
      const life = lifeOf(chance, connection, label, first, last);
      actions.push(...life.actions);
      faults.push(...life.faults);
      return { label, ...(life.isThere && { row: first }) };
    });
    // The server of another deployment, which this one may not delete whatever its row says.
    const isShared = chance.is(0.3);
    const live = liveOf(chance, vendor, specOf(chance, vendor, name, 'theirs'), 'theirs', 1);
    const theirs = { ...rowOf(chance, connection, 'theirs'), state: 'absent' };
    return {
      ...connection,
      row: managed(connection.row, manage),
      servers: isShared ? [...servers, { id: 'theirs', live }] : servers,
      labels: [
        ...labels,
        ...(isShared ? [{ label: 'theirs', row: theirs, othersId: 'theirs' }] : []),
      ],
      secrets: { ...secretsFor(name, [...names, 'theirs']), ...secrets },
    };
  });
  const known = new Set(connections.flatMap(({ name, labels }) => (labels ? [name] : [])));
  const all = actions.map((action): Action =>
    action.do === 'declare' &&
    action.item === 'connection' &&
    action.row &&
    known.has(action.connection)
      ? { ...action, row: managed(action.row, manage) }
      : action,
  );
  return {
    ...scenario,
    connections,
    actions: all.toSorted((a, b) => a.at - b.at),
    faults: faults.toSorted((a, b) => a.at - b.at),
  };
}

/** So many servers besides those that come and go: more pages of a list than one, and passes that cost little. */
const othersAtMost = 2;

function smaller(scenario: Scenario): Scenario {
  const connections = scenario.connections.map((connection) => ({
    ...connection,
    servers: connection.servers.slice(0, othersAtMost),
  }));
  const known = new Map(
    connections.map(({ name, servers }) => [name, new Set(servers.map(({ id }) => id))]),
  );
  const isThere = (connection: string, id: string) => known.get(connection)?.has(id) === true;
  const actions = scenario.actions.filter((action) => {
    if (action.do === 'declare') {
      const { connection, item } = action;
      return !item.startsWith('server#') || isThere(connection, item.slice('server#'.length));
    }
    return !('id' in action) || action.id === undefined || isThere(action.connection, action.id);
  });
  return { ...scenario, connections, actions };
}

function managed(row: JsonObject, manage: readonly string[]): JsonObject {
  const policy = isJsonObject(row['policy']) ? row['policy'] : {};
  return { ...row, policy: { ...policy, manage } };
}

function rowOf(
  chance: Chance,
  { name, vendor }: ConnectionInit,
  label: string,
  before?: JsonObject,
): JsonObject {
  const spec = specOf(chance, vendor, name, label, before?.['spec'] as JsonObject | undefined);
  const needed =
    vendor === 'barndoor'
      ? { mcp_server_directory_id: '00000000-0000-4000-9000-000000000001' }
      : { url: `https://mcp-${label}-1.test/mcp` };
  return { spec: { ...needed, ...spec, ...named(vendor, label) } };
}

const named = (vendor: VendorName, label: string): JsonObject =>
  vendor === 'litellm' ? { server_name: nameOfLabel(label) } : { name: nameOfLabel(label) };

/** What becomes of one label: it is declared, changed, declared absent, and declared again. */
function lifeOf(
  chance: Chance,
  connection: ConnectionInit,
  label: string,
  first: JsonObject,
  last: number,
): { isThere: boolean; actions: Action[]; faults: Fault[] } {
  const { name, vendor } = connection;
  const item = `new#${label}`;
  const isThere = chance.is(0.5);
  const actions: Action[] = [];
  const faults: Fault[] = [];
  const declare = (at: number, row?: JsonObject) =>
    actions.push({
      at,
      do: 'declare',
      connection: name,
      item,
      ...(row && { row }),
      delivery: 'soon',
    });
  const schedule = (at: number) => actions.push({ at, do: 'schedule', delivery: 'soon' });
  const strike = (at: number, on: string, kinds: typeof ways) =>
    faults.push({ at, on, ...chance.weighed(kinds)(chance) });
  let row = first;
  let at = chance.between(1, Math.max(2, last / 2));
  if (!isThere) declare(at, row);
  if (chance.is(0.8)) {
    const on = chance.weighed(creationSteps);
    const from = isThere ? 0 : at;
    strike(from, on, on.startsWith('vendor') ? answers : ways);
    schedule(from + chance.between(1, 20) * seconds);
    schedule(from + chance.between(92, 170) * seconds);
    // A list that does not show yet what was created minutes ago: the first that settles.
    if (chance.is(0.6)) {
      faults.push({
        at: from + 175 * seconds,
        on: 'vendor.list',
        what: 'stale',
        ms: 400 * seconds,
      });
      schedule(from + chance.between(176, 200) * seconds);
    }
  }
  for (let turn = chance.between(0, 4); turn > 0; turn -= 1) {
    at += chance.between(20 * seconds, 6 * minute);
    const what = chance.weighed([
      [3, 'change'],
      [5, 'absent'],
      [2, 'again'],
      [1, 'gone'],
      [2, 'drift'],
      [1, 'vanish'],
      [1, 'appear'],
    ] as const);
    switch (what) {
      case 'change':
        row = rowOf(chance, connection, label, row);
        declare(at, row);
        break;
      case 'again':
        declare(at, row);
        break;
      case 'gone':
        declare(at);
        break;
      case 'absent': {
        declare(at, { ...row, state: 'absent' });
        schedule(at + 3 * seconds);
        const approvedAt = at + chance.between(20, 40) * seconds;
        if (chance.is(0.3)) {
          actions.push({
            at: approvedAt,
            do: 'apply',
            connection: name,
            confirmed: chance.is(0.7),
          });
        } else if (chance.is(0.8)) {
          actions.push({ at: approvedAt, do: 'approve', connection: name });
        }
        if (chance.is(0.3)) {
          const fields =
            vendor === 'barndoor' ? { slug: `slug-${label}-9` } : { description: 'Edited' };
          actions.push({ at: approvedAt + 1, do: 'drift', connection: name, id: item, fields });
        }
        // Between the list of the pass and its last look, which is not repeated if it takes longer than 15 seconds.
        if (chance.is(0.3)) {
          faults.push({
            at: approvedAt,
            on: 'vendor.get',
            what: 'freeze-before',
            ms: 12 * seconds,
          });
          const fields =
            vendor === 'barndoor' ? { slug: `slug-${label}-7` } : { description: 'Meanwhile' };
          actions.push({
            at: approvedAt + chance.between(4, 14) * seconds,
            do: 'drift',
            connection: name,
            id: item,
            fields,
          });
        }
        if (chance.is(0.2)) declare(approvedAt + chance.between(0, 5000), row);
        if (chance.is(0.7)) {
          const on = chance.weighed(deletionSteps);
          strike(approvedAt, on, on.startsWith('vendor') ? answers : ways);
        }
        schedule(approvedAt + 2 * seconds);
        schedule(approvedAt + chance.between(92, 170) * seconds);
        break;
      }
      case 'drift': {
        const fields =
          vendor === 'barndoor' ? { slug: `slug-${label}-8` } : { description: 'By hand' };
        actions.push({ at, do: 'drift', connection: name, id: item, fields });
        break;
      }
      case 'vanish':
        actions.push({ at, do: 'vanish', connection: name, id: item });
        break;
      case 'appear': {
        const id = `x-${label}`;
        const fields = { ...liveOf(chance, vendor, {}, id), ...named(vendor, label) };
        actions.push({ at: chance.between(1, last), do: 'appear', connection: name, id, fields });
        break;
      }
    }
  }
  return { isThere, actions, faults };
}
