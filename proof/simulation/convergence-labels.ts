import { isJsonObject } from '../../lib/model/json/json.ts';
import type { LedgerState } from '../../lib/ledger/ledger.types.ts';
import type { Reservation } from '../../lib/model/lifecycle.types.ts';
import { currentRow, isValid, policyOf } from './declared.ts';
import { labelOfFields } from './labels.ts';
import type { Findings } from './oracle.ts';
import { isPausedNow, standingOf, unknownOf } from './oracle-convergence.ts';
import type { Refusals } from './refusals.ts';
import type { ConnectionInit } from './scenario.types.ts';
import type { World } from './world.ts';

/** Labels that are neither as they are declared, nor for a person, once nothing goes wrong any more. */
export async function wrongLabels(
  world: World,
  found: Findings,
  refusals: Refusals,
  states: ReadonlyMap<string, LedgerState>,
): Promise<string[]> {
  const all = world.scenario.connections.map(async (connection) => {
    const { name, labels = [] } = connection;
    const stored = await world.ledger.labels(name);
    return labels.flatMap(({ label, othersId }) => {
      const state = states.get(name);
      if (othersId !== undefined || !state) return [];
      const { reservation, binding } = stored.get(label) ?? {};
      const what = isForPerson(world, connection, label, reservation)
        ? ({ kind: 'exempt', why: 'for a person' } as const)
        : isWrong(world, refusals, connection, label, state, binding?.id);
      found.looked(`convergence: labels ${what.kind === 'exempt' ? what.why : what.kind}`);
      if (what.kind !== 'wrong') return [];
      const record = state.servers.get(binding?.id ?? `new#${label}`);
      const known = JSON.stringify({
        reservation,
        binding,
        says: record?.outcome,
        reason: record?.reason,
      });
      return [`${name}/new#${label} is not right: ${what.fields.join('; ')}; ${known}`];
    });
  });
  return (await Promise.all(all)).flat();
}

/**
 * Whether what was created was edited by hand, or another has its name, before it was settled that it was created; or
 * nothing but the name could be compared.
 */
function isForPerson(
  { scenario }: World,
  connection: ConnectionInit,
  label: string,
  reservation: Reservation | undefined,
): boolean {
  if (reservation?.state !== 'person') return false;
  const ids = [`new#${label}`, `x-${label}`];
  return (
    isNameAlone(connection, reservation) ||
    scenario.actions.some(
      (action) =>
        (action.do === 'drift' || action.do === 'appear') &&
        action.connection === connection.name &&
        ids.includes(action.id),
    )
  );
}

/** Of what is sent to create a server, Barndoor shows the name and the slug, and only in some scenarios `meta`. */
function isNameAlone({ vendor, shows }: ConnectionInit, { body }: Reservation): boolean {
  const isShown = (path: string) => path === '/slug' || (shows.meta && path.startsWith('/meta/'));
  return vendor === 'barndoor' && !Object.keys(body).some(isShown);
}

function isWrong(
  world: World,
  refusals: Refusals,
  connection: ConnectionInit,
  label: string,
  state: LedgerState,
  boundId: string | undefined,
): ReturnType<typeof standingOf> {
  const { name } = connection;
  const exempt = (why: string) => ({ kind: 'exempt', why }) as const;
  const wrong = (what: string) => ({ kind: 'wrong', fields: [what] }) as const;
  const account = world.accounts.get(name);
  const item = `new#${label}`;
  const own = currentRow(world, name, 'connection') ?? {};
  const row = currentRow(world, name, item);
  // What a process that stood still sends minutes later, once others have settled that it was not sent, only the gateway could refuse.
  const there = (account?.createdOf(label) ?? []).filter(
    (id) => id === boundId || boundId === undefined || !world.late.has(id),
  );
  if (!row) return exempt('released');
  const policy = policyOf(row, own);
  const { manage = [] } = (isJsonObject(own['policy']) ? own['policy'] : {}) as {
    manage?: string[];
  };
  if (!isValid(row, policy)) return exempt('invalid');
  if (policy.mode !== 'correct') return exempt(`mode ${policy.mode}`);
  if (isPausedNow(world, state, item)) return exempt('paused');
  if (boundId !== undefined && isPausedNow(world, state, boundId)) return exempt('paused');
  const taken = labelOfFields(account?.fieldsOf(`x-${label}`) ?? {}) === label;
  if (row['state'] === 'absent') {
    if (!manage.includes('delete')) return exempt('may not be deleted');
    if (there.length === 0 && boundId === undefined) return { kind: 'right', unwilling: new Set() };
    if (there.every((id) => world.late.has(id)) && boundId === undefined) {
      return exempt('absent, but for a server of a frozen process');
    }
    if (taken && boundId === undefined) return exempt('for a person');
    return wrong(`it is declared absent, and there are ${there.join()}`);
  }
  if (boundId !== undefined) {
    const isVanished =
      world.late.has(boundId) ||
      world.scenario.actions.some((one) => one.do === 'vanish' && one.id === item);
    if (there.length === 0 && isVanished) return exempt('missing');
    if (there.length !== 1 || there[0] !== boundId) return wrong(`there are ${there.join()}`);
    const standing = standingOf(world, refusals, connection, boundId, state);
    if (standing.kind !== 'right') return standing;
    const unknown = unknownOf(world, name, boundId, state);
    return unknown.length === 0 ? standing : wrong(`the ledger lacks ${unknown.join()}`);
  }
  if (taken) return exempt('for a person');
  if (there.length === 0 && !manage.includes('create')) return exempt('may not be created');
  // Settled as not sent, and sent by a process that had stood still: that is left for a person.
  const [only = ''] = there;
  const says = state.servers.get(item)?.reason?.code;
  if (there.length === 1 && world.late.has(only) && says === 'name-taken') {
    return exempt('for a person, of a frozen process');
  }
  return wrong(`it is not bound, and there are ${there.join() || 'none'}`);
}
