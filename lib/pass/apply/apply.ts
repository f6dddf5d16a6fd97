import { isLifecycleChange, isGuarded } from '../../plan/guard.ts';
import type { Lease } from '../../lease/lease.ts';
import { requestOf } from '../../model/secret-reference.ts';
import type { SecretRequest } from '../../model/secret.ts';
import { accountKey } from '../../model/names/account.ts';
import { eachLimited } from '../limited.ts';
import { endingBy } from '../ending.ts';
import type { Ending } from '../ending.ts';
import type { Allowed } from '../guard.ts';
import type { Pass } from '../pass.types.ts';
import type { Attended } from '../request.types.ts';
import type { Readings } from '../read/readings.types.ts';
import { labelOf } from '../tally.ts';
import type { SendingVendor } from '../vendor.ts';
import { createAndDelete } from './create-and-delete.ts';
import { lifecycleWork } from './lifecycle-work.ts';
import { settleLabels } from './settle.ts';
import { attempt } from './attempt.ts';
import type { ApplyContext, ServerWork } from './context.types.ts';
import { recordFindings } from './findings.ts';
import { recordResult } from './record-result.ts';
import { forgetMarks } from './resend-marks.ts';
import { SecretValues } from './secret-values.ts';
import { Turns } from './turns.ts';

/** The result of apply. */
export interface Applied {
  /** Absent if all servers were processed. */
  readonly ending?: Ending;
  /** Ids of servers that were not processed; absent if they are not known. */
  readonly unreached?: readonly string[];
  readonly secretsDecrypted?: number;
}

/**
 * Records what was found, then applies each server on its own, so that a failure never stops the others. A conflict is
 * retried once at the end, because another server may have given up the name. Ends early if the connection fails, the
 * lease is lost, or the deadline is reached.
 *
 * @throws StoreError or LostUpdateError if findings could not be recorded, or the guard's count could not be saved
 */
export async function apply(
  allowed: Allowed,
  seen: Readings,
  { session, stops, known }: SendingVendor,
  pass: Pass,
): Promise<Applied> {
  const { request, deps, lease, tally } = pass;
  const { connection, attended, trigger, servers: scope } = request;
  const work = workToDo(allowed, seen, attended);
  const moving = lifecycleWork(allowed, seen, attended);
  stops.saw(seen.ledger.pauses, tally.startedAt);
  try {
    await recordFindings(
      allowed,
      seen,
      new Set([...work, ...moving].map(({ server }) => server.id)),
      pass,
    );
    await reserve(work, allowed.approved, lease);
  } catch (error) {
    return { ending: endingBy(error) };
  }
  const secrets = new SecretValues(connection, deps.secrets, neededSecrets(work), known);
  const log = deps.log.child({ connection, pass: tally.id, trigger });
  const context = {
    request,
    deps,
    lease,
    tally,
    session,
    seen,
    table: seen.desired.provider.table,
    stops,
    approvals: allowed.approvals,
    secrets,
    account: accountKey(seen.desired.connection),
    keys: seen.keys,
    log,
  };
  try {
    await settleLabels(allowed, seen, context);
  } catch (error) {
    return { ending: endingBy(error) };
  }
  const turns = new Turns();
  const { concurrency } = seen.desired.connection.budget;
  const isOver = () => turns.ending !== undefined;
  const once = (one: ServerWork) => turn(one, context, turns);
  const { free, waiting } = inOrder(work);
  const left = [
    ...(await eachLimited(free, concurrency, once, isOver)),
    ...(await eachLimited(waiting, 1, once, isOver)),
  ];
  // One at a time: each server may free the name that the next one needs.
  const again = (one: ServerWork) => turn(one, context, turns, 'last');
  const stillLeft = await eachLimited(turns.conflicts, 1, again, isOver);
  const ends = { isOver, end: (error: Error) => turns.end(error), update: again };
  const inPlace = await createAndDelete(moving, context, ends);
  lease.saved.settle();
  const unreached = [...turns.cutOff, ...left, ...stillLeft, ...inPlace];
  for (const one of unreached) {
    tally.found(one.server.id, { outcome: 'unreached', ...labelOf(one) });
  }
  const { ending } = turns;
  if (ending?.state !== 'interrupted') {
    await forgetMarks(deps.ledger, seen, allowed, turns.resent, scope);
  }
  return {
    ...(ending && { ending }),
    unreached: unreached.map(({ server }) => server.id),
    secretsDecrypted: secrets.decrypted,
  };
}

/**
 * Counts all servers that the guard counts, in one write before the first request, so that they count whatever the
 * gateway answers and even if the process dies.
 *
 * @throws StoreError or InterruptedError; then nothing may be sent
 */
async function reserve(
  work: readonly ServerWork[],
  approved: ReadonlySet<string>,
  lease: Lease,
): Promise<void> {
  const counted = work.filter(({ changes }) =>
    changes.some((change) => isGuarded(change, approved)),
  );
  if (counted.length === 0) return;
  lease.saved.reserve(
    new Map(counted.map(({ server, plan }) => [server.id, plan.record.countedAt])),
  );
  await lease.renew();
}

/** What apply sends: changes of the plan that the guard does not hold, and that the user, if there is one, was shown. */
function workToDo(
  { planned, servers }: Allowed,
  { desired, live }: Readings,
  attended: Attended | undefined,
): readonly ServerWork[] {
  return planned.flatMap((finding): readonly ServerWork[] => {
    const plan = servers.get(finding.id);
    const declared = desired.servers.get(finding.id);
    const reading = live.declared.get(finding.id);
    if (!plan || !declared?.valid || reading?.kind !== 'found' || reading.isEarlier) return [];
    if (finding.outcome !== 'updated' && finding.outcome !== 'held') return [];
    if (isLifecycleChange(finding)) return [];
    const changes = finding.changes.filter(
      ({ held, hash }) => !held && (attended === undefined || attended.shown.has(hash)),
    );
    if (changes.length === 0) return [];
    const { server } = declared;
    return [{ server, plan, live: reading.server, changes, held: finding.outcome === 'held' }];
  });
}

/**
 * A server that needs a value which another one gives up in the same pass comes after it, one at a time, because a
 * gateway may reject a value that is taken permanently.
 */
function inOrder(work: readonly ServerWork[]) {
  const byId = new Map(work.map((one) => [one.server.id, one]));
  const before = ({ changes }: ServerWork) =>
    changes.flatMap(({ takenBy }) =>
      takenBy?.what === 'gives' ? (byId.get(takenBy.id) ?? []) : [],
    );
  const free = work.filter((one) => before(one).length === 0);
  const done = new Set(free);
  const waiting: ServerWork[] = [];
  const add = (one: ServerWork): void => {
    if (done.has(one)) return;
    done.add(one);
    for (const other of before(one)) add(other);
    waiting.push(one);
  };
  for (const one of work) add(one);
  return { free, waiting };
}

/** The secrets that apply needs, in order of use. */
function neededSecrets(work: readonly ServerWork[]): readonly SecretRequest[] {
  return work.flatMap(({ plan, changes }) => {
    const pointers = new Set(changes.map(({ pointer }) => pointer));
    return plan.verdicts
      .filter(({ unit }) => unit.field.access === 'secret' && pointers.has(unit.pointer))
      .map(({ unit }) => requestOf(unit));
  });
}

/** Processes one server: an attempt, whose result is recorded before it counts. */
async function turn(
  work: ServerWork,
  context: ApplyContext,
  turns: Turns,
  which: 'first' | 'last' = 'first',
): Promise<void> {
  const result = await attempt(context, work);
  if (result.kind === 'interrupted' && result.error.code === 'paused') {
    const { code, message } = result.error;
    context.tally.found(work.server.id, {
      ...labelOf(work),
      outcome: 'paused',
      reason: { code, message },
    });
    return;
  }
  turns.saw(work, result);
  if (result.kind === 'interrupted') return;
  if (which === 'first' && result.kind === 'failed' && result.class === 'conflict') {
    turns.conflicts.push({ ...work, plan: { ...work.plan, record: result.current } });
    return;
  }
  const recorded = await recordResult(context, work, result);
  if (recorded.isResent) turns.resent.add(work.server.id);
  if (recorded.interrupted) turns.end(recorded.interrupted);
  else if (result.kind !== 'unsent') reportProgress(context, work);
}

function reportProgress({ request, tally }: ApplyContext, { server }: ServerWork): void {
  request.attended?.recorded?.(server.id, tally.outcomeOf(server.id));
}
