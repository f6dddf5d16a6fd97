import { preview } from '../../lib/pass/preview.ts';
import { approve } from '../../lib/pass/approve.ts';
import { TrueupError } from '../../lib/model/errors/errors.ts';
import type { LedgerState } from '../../lib/ledger/ledger.types.ts';
import { isJsonObject } from '../../lib/model/json/json.ts';
import { wrongLabels } from './convergence-labels.ts';
import { Deployment } from './deployment.ts';
import type { Violation } from './events.types.ts';
import { takeGlobalTimers } from './global-timers.ts';
import { LifecycleOracle } from './oracle-lifecycle.ts';
import { LeasesOwned } from './leases-owned.ts';
import { Findings } from './oracle.ts';
import type { Oracle } from './oracle.ts';
import { CredentialOracle } from './oracle-credential.ts';
import { LeakOracle } from './oracle-leak.ts';
import { LostOracle } from './oracle-lost.ts';
import { StaleOracle } from './oracle-stale.ts';
import { standingOf, unknownOf } from './oracle-convergence.ts';
import { AttemptsOracle } from './oracle-attempts.ts';
import { BudgetOracle } from './oracle-budget.ts';
import { ConnectionOracle } from './oracle-connection.ts';
import { GuardOracle } from './oracle-guard.ts';
import { NeedlessOracle } from './oracle-needless.ts';
import { HopsOracle } from './oracle-hops.ts';
import { HarmOracle } from './oracle-harm.ts';
import { PassReadings } from './pass-readings.ts';
import { portsOf } from './ports.ts';
import { Refusals } from './refusals.ts';
import type { Action, ConnectionInit, Scenario } from './scenario.types.ts';
import { start, World } from './world.ts';

export interface RunResult {
  readonly violations: readonly Violation[];
  readonly steps: number;
  /** Faults that struck, by kind. */
  readonly faults: ReadonlyMap<string, number>;
  /** How often each thing was held against an invariant. */
  readonly exercised: ReadonlyMap<string, number>;
  readonly trace: readonly string[];
}

const minute = 60_000;
/** So many scheduled passes may it take until all is right: a backoff and a Retry-After of an hour each, and some. */
const passesAtMost = 40;

/** Runs a scenario: what happens to the world, then peace, until all that can be right is. */
export async function run(scenario: Scenario): Promise<RunResult> {
  const world = new World(scenario);
  const giveBack = takeGlobalTimers(world.scheduler);
  try {
    const deployment = new Deployment(world);
    const found = new Findings(world);
    const readings = new PassReadings(() => world.now);
    const refusals = new Refusals(world, readings);
    const leases = new LeasesOwned();
    const oracles: readonly Oracle[] = [
      leases,
      readings,
      refusals,
      new HarmOracle(world, found, readings, deployment),
      new CredentialOracle(found, readings),
      new StaleOracle(found, readings, leases),
      new LostOracle(world, found, readings),
      new LeakOracle(found),
      new BudgetOracle(world, found, readings, leases),
      new ConnectionOracle(world, found, readings),
      new AttemptsOracle(world, found, readings, refusals),
      new GuardOracle(world, found, readings, deployment),
      new NeedlessOracle(world, found, readings),
      new HopsOracle(found),
      new LifecycleOracle(world, found, readings, deployment),
    ];
    world.watch((event) => {
      for (const oracle of oracles) oracle.see(event);
      if (event.kind === 'bug')
        found.wrong('convergence', `an error that is not typed: ${event.text}`);
    });
    for (const action of scenario.actions) {
      world.scheduler.after(action.at, () => act(world, deployment, action));
    }
    const last = Math.max(
      0,
      ...scenario.actions.map(({ at }) => at),
      ...scenario.faults.map(({ at }) => at),
    );
    await world.scheduler.run(start + last + minute);
    world.faults.stop();
    await settle(world, deployment, found, refusals);
    const { steps } = world.scheduler;
    const { violations, exercised } = found;
    return { violations, steps, faults: world.faults.struck, exercised, trace: world.trace };
  } finally {
    giveBack();
    world.table.close();
  }
}

function act(world: World, deployment: Deployment, action: Action): void {
  const { now, desired, accounts, ledger } = world;
  const { at: _at, ...said } = action;
  if (action.do !== 'schedule') world.note(`-- ${JSON.stringify(said)}`);
  switch (action.do) {
    case 'schedule':
      return deployment.trigger(action.delivery, () => deployment.schedule());
    case 'declare': {
      const { connection, item, row, delivery } = action;
      desired.put(now, connection, item, row);
      return deployment.trigger(delivery, () => deployment.record(connection, item));
    }
    case 'drift':
      return accounts.get(action.connection)?.edit(now, action.id, action.fields);
    case 'appear':
      return accounts.get(action.connection)?.appear(now, action.id, action.fields);
    case 'vanish':
      return accounts.get(action.connection)?.vanish(now, action.id);
    case 'return':
      return accounts.get(action.connection)?.comeBack(now, action.id);
    case 'rotate': {
      const { name, value, delivery } = action;
      world.secrets.put(now, name, value);
      return deployment.trigger(delivery, () =>
        world.queue.send(world.now, undefined, labelUpdated(name)),
      );
    }
    case 'pause': {
      const { connection, id, minutes } = action;
      const until = minutes !== undefined && {
        until: new Date(now + minutes * minute).toISOString(),
      };
      const pause = { at: new Date(now).toISOString(), ...(id !== undefined && { id }), ...until };
      return void ledger.pause(connection, pause);
    }
    case 'resume':
      return void ledger.resume(action.connection, {
        at: new Date(now).toISOString(),
        ...(action.id !== undefined && { id: action.id }),
      });
    case 'approve':
      return void approveAll(world, action.connection);
    case 'apply':
      return deployment.apply(action.connection, action.id, action.confirmed);
    case 'lock-out':
      return accounts.get(action.connection)?.lockOut(now);
    case 'revoke':
      return world.issuer.revoke(action.connection);
    case 'rotate-key':
      world.keys = [String(world.keys.length + 1), ...world.keys];
      return undefined;
  }
}

function labelUpdated(name: string): string {
  return JSON.stringify({
    source: 'aws.secretsmanager',
    'detail-type': 'Secret Label Updated',
    detail: { name, labelUpdated: 'AWSCURRENT' },
  });
}

/** The newest held plan is approved, as a person does who was told of it. */
async function approveAll(world: World, connection: string): Promise<void> {
  const { ledger, now } = world;
  const digest = world.newestHeld.get(connection);
  if (digest === undefined) return;
  const clock = { now: () => now, sleep: async () => undefined };
  await approve(connection, digest, { ledger, clock });
  world.tell({ kind: 'approved', connection, digest });
}

/** Nothing goes wrong any more: the schedule alone must put everything right. */
async function settle(
  world: World,
  deployment: Deployment,
  found: Findings,
  refusals: Refusals,
): Promise<void> {
  world.note('-- nothing goes wrong any more');
  let wrong: readonly string[] = [];
  for (let pass = 1; pass <= passesAtMost; pass += 1) {
    for (const connection of world.scenario.connections) signInAgain(world, connection);
    deployment.schedule();
    const until = world.now + 5 * minute;
    // oxlint-disable-next-line no-await-in-loop -- one pass after the other
    await world.scheduler.run(until, () => deployment.underWay === 0);
    // oxlint-disable-next-line no-await-in-loop
    const states = await ledgerStates(world);
    wrong = [
      ...wrongServers(world, found, refusals, states),
      ...(await wrongLabels(world, found, refusals, states)),
    ];
    // oxlint-disable-next-line no-await-in-loop
    if (wrong.length === 0) wrong = await plannedStill(world, refusals, states);
    if (wrong.length === 0) {
      found.looked('convergence: runs');
      found.looked('convergence: passes until all servers were right', pass);
      return;
    }
    for (const { name } of world.scenario.connections) void approveAll(world, name);
    // oxlint-disable-next-line no-await-in-loop
    await world.scheduler.run(until);
  }
  for (const what of wrong) found.wrong('convergence', what);
}

/** Whoever is asked to sign in again does. */
function signInAgain(world: World, { name, row }: ConnectionInit): void {
  const { issuer, secrets, signIns, now } = world;
  if (!isJsonObject(row['auth']) || row['auth']['type'] !== 'refresh-token') return;
  const secret = `trueup/${name}/auth`;
  const seed = JSON.parse(secrets.valueOf(secret) ?? '{}') as { refresh_token?: string };
  const saved = signIns.get(name);
  const isSaved = saved?.seedVersion === secrets.secrets.get(secret)?.current.version;
  const token = (isSaved ? saved?.refreshToken.reveal() : undefined) ?? seed.refresh_token ?? '';
  if (issuer.isRefreshGood(name, token)) return;
  secrets.put(now, secret, JSON.stringify({ refresh_token: issuer.signIn(name) }));
}

type LedgerStates = ReadonlyMap<string, LedgerState>;

async function ledgerStates({ scenario, ledger }: World): Promise<LedgerStates> {
  const states = scenario.connections.map(
    async ({ name }) => [name, await ledger.read(name)] as const,
  );
  return new Map(await Promise.all(states));
}

const nothing: LedgerState = { pauses: [], servers: new Map(), resend: new Map() };

function wrongServers(
  world: World,
  found: Findings,
  refusals: Refusals,
  states: LedgerStates,
): string[] {
  return world.scenario.connections.flatMap((connection) => {
    const state = states.get(connection.name) ?? nothing;
    return connection.servers.flatMap(({ id }) => {
      const standing = standingOf(world, refusals, connection, id, state);
      found.looked(
        `convergence: servers ${standing.kind === 'exempt' ? standing.why : standing.kind}`,
      );
      if (standing.kind === 'exempt') return [];
      if (standing.kind === 'right') {
        const unknown = unknownOf(world, connection.name, id, state);
        found.looked('nothing-lost: servers compared with the ledger');
        return unknown.length === 0
          ? []
          : [`${connection.name}/${id} is right, and the ledger lacks ${unknown.join()}`];
      }
      const { outcome, reason } = state.servers.get(id) ?? {};
      const ledger = `the ledger says ${outcome}${reason ? `, ${reason.message}` : ''}`;
      return [`${connection.name}/${id} is not right: ${standing.fields.join('; ')}; ${ledger}`];
    });
  });
}

/** What a plan would still send to servers that are right. */
async function plannedStill(
  world: World,
  refusals: Refusals,
  states: LedgerStates,
): Promise<string[]> {
  const process = world.newProcess('laptop');
  const deps = portsOf(world, process);
  const all = world.scenario.connections.map(async (connection) => {
    const { name } = connection;
    const { plan } = await preview({ connection: name, trigger: 'cli' }, deps);
    const state = states.get(name) ?? nothing;
    return plan.changes.flatMap(({ id, outcome, changes }) => {
      const standing = standingOf(world, refusals, connection, id, state);
      if (standing.kind !== 'right') return [];
      const what = changes
        .filter(({ pointer }) => !standing.unwilling.has(pointer))
        .map(({ pointer, cause }) => `${pointer} (${cause})`);
      if (what.length === 0) return [];
      return [`${name}/${id} is right, and the plan says ${outcome}: ${what.join()}`];
    });
  });
  let result: string[] | undefined;
  const planned = Promise.all(all).then(
    (lists) => (result = lists.flat()),
    (error: unknown) => {
      if (!(error instanceof TrueupError)) throw error;
      result = [`no plan can be made: ${error.message}`];
    },
  );
  await world.scheduler.run(world.now + 10 * minute, () => result !== undefined);
  if (result === undefined) return ['no plan comes to an end'];
  await planned;
  return result;
}
