import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readShares, type Shares } from '../harness/profile.ts';
import { layOutProgram } from '../../scripts/command-line.ts';
import { startBenchWorld, type BenchWorld } from '../world/world.ts';
import { bareCommand, layOutBare } from './bare.ts';
import type { Figure, FleetFigures, Run } from './figures.ts';
import { measureProcess, type Measured } from './measure-process.ts';
import { trueup } from './ours.ts';
import type { Managed, Peer } from './peer.ts';

export interface CompareOptions {
  /** Servers of each fleet, and runs of each command. */
  readonly fleets: readonly { readonly servers: number; readonly runs: number }[];
  readonly latencyMs: number;
  readonly slowMs: number;
  /** Tools besides Trueup. */
  readonly peers: readonly Peer[];
  readonly onStep?: (text: string) => void;
}

/** What `Figures` has of a comparison. */
export interface Compared {
  readonly tools: Readonly<Record<string, string>>;
  readonly fleets: readonly FleetFigures[];
}

/** Share of a fleet that the scenarios change. */
const changedShare = 0.1;
const profiles = 3;

/** Runs the same commands of all tools in turns, fleet after fleet. @throws Error if a command ends as it must not */
export async function compare(options: CompareOptions): Promise<Compared> {
  const { fleets, latencyMs, peers } = options;
  const folder = mkdtempSync(join(tmpdir(), 'trueup-peers-'));
  const bare = layOutBare(join(folder, 'bare'));
  // With its source map: a profile is of source files.
  const program = layOutProgram(join(folder, 'trueup'), { sourcemap: 'external' });
  const found: FleetFigures[] = [];
  const tools: Record<string, string> = { bare: 'Bare process' };
  try {
    for (const fleet of fleets) {
      // A world for each: the simulated database is slower with the items of another fleet.
      // oxlint-disable-next-line no-await-in-loop -- one after the other is the point
      const world = await startBenchWorld({ latencyMs });
      try {
        const all = [trueup(world, program), ...peers];
        for (const { id, name } of all) tools[id] = name;
        const where = join(folder, String(fleet.servers));
        mkdirSync(where);
        const isFirst = found.length === 0;
        const measured = { ...options, ...fleet, world, bare, all, where, isFirst };
        // oxlint-disable-next-line no-await-in-loop
        found.push(await compareFleet(measured));
      } finally {
        // oxlint-disable-next-line no-await-in-loop
        await world.close();
      }
    }
    return { tools, fleets: found };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

interface FleetOptions extends CompareOptions {
  readonly servers: number;
  readonly runs: number;
  readonly world: BenchWorld;
  readonly bare: string;
  readonly all: readonly Peer[];
  readonly where: string;
  /** Secrets are rotated in the first fleet only. */
  readonly isFirst: boolean;
}

async function compareFleet(options: FleetOptions): Promise<FleetFigures> {
  const { servers, runs, world, bare, where, isFirst, onStep = () => undefined } = options;
  const changed = Math.round(servers * changedShare);
  onStep(`${servers} servers`);
  const tools = await manageAll(options);
  const own = [...tools.keys()][0] ?? '';
  const turns = (commands: ReadonlyMap<string, Turn>) => inTurns(world, options, commands);
  const each = (turn: (managed: Managed, id: string) => Turn) =>
    new Map([...tools].map(([id, managed]) => [id, turn(managed, id)] as const));

  onStep('in sync');
  const plans = each((managed) => ({ managed, command: () => managed.command('plan', 'in sync') }));
  const floor: Turn = { command: () => bareCommand(world, bare, own) };
  const inSync = await turns(new Map([['bare', floor], ...plans]));
  const profile = await profilePlan(tools.get(own), where);

  onStep('changed by declaration');
  const apply = (managed: Managed): Turn => ({
    managed,
    command: () => managed.command('apply', 'changes'),
  });
  const declared = await turns(
    each((managed) => ({
      ...apply(managed),
      before: (round) => managed.declare(changed, round),
      puts: changed,
    })),
  );

  onStep('drifted at the gateway');
  const drifted = await turns(
    each((managed, connection) => ({
      ...apply(managed),
      before: () => world.vendor.call('drift', { connection, servers: changed }),
    })),
  );
  const scenarios = { inSync, declared, drifted };
  if (!isFirst) return { servers, changed, runs, scenarios, profile };

  onStep('secrets rotated');
  await world.rotate(own, changed, 1);
  const once = { ...options, runs: 1 };
  const sent = async () => {
    const counts = new Map<string, number>();
    for (const connection of tools.keys()) {
      // oxlint-disable-next-line no-await-in-loop
      counts.set(connection, await world.vendor.call('secrets', { connection, round: 1 }));
    }
    return counts;
  };
  const rotated = await inTurns(world, once, each(apply));
  const sentRotated = await sent();
  const byHand = [...tools].filter(([, { passSecrets }]) => passSecrets);
  const passed = await inTurns(
    world,
    once,
    new Map(
      byHand.map(([id, managed]) => [
        id,
        { ...apply(managed), before: async () => managed.passSecrets?.(changed, 1) },
      ]),
    ),
  );
  const sentPassed = await sent();
  const secretsSent = Object.fromEntries(
    [...tools.keys()].map((id) => [
      id,
      {
        rotated: sentRotated.get(id) ?? 0,
        ...(id in passed && { passed: sentPassed.get(id) ?? 0 }),
      },
    ]),
  );
  return {
    servers,
    changed,
    runs,
    scenarios: { ...scenarios, rotated, passed },
    secretsSent,
    profile,
  };
}

/** Each tool on an account of its own, named by its id. Trueup is the first. */
async function manageAll(options: FleetOptions): Promise<ReadonlyMap<string, Managed>> {
  const { all, world, servers, where } = options;
  const tools = new Map<string, Managed>();
  for (const [index, peer] of all.entries()) {
    const folder = join(where, peer.id);
    mkdirSync(folder);
    // oxlint-disable-next-line no-await-in-loop -- a preparation
    const url = await openAccount(world, peer.id, servers, index === 0);
    // oxlint-disable-next-line no-await-in-loop
    tools.set(peer.id, await peer.manage({ connection: peer.id, servers, url, folder }));
  }
  return tools;
}

async function openAccount(world: BenchWorld, id: string, servers: number, withTables: boolean) {
  if (!withTables) return world.vendor.call('open', { connection: id, servers });
  await world.connect(id, servers);
  return world.urls.get(id) ?? '';
}

/** What a tool does in each turn of a scenario. */
interface Turn {
  readonly managed?: Managed;
  readonly command: () => Measured;
  readonly before?: (round: number) => Promise<void>;
  /** PUTs that it must send. */
  readonly puts?: number;
}

async function inTurns(
  world: BenchWorld,
  { runs, slowMs }: { readonly runs: number; readonly slowMs: number },
  turns: ReadonlyMap<string, Turn>,
): Promise<Readonly<Record<string, Figure>>> {
  const figures: Record<string, Figure> = {};
  for (let round = 1; round <= runs; round += 1) {
    for (const [id, turn] of turns) {
      const earlier = figures[id]?.runs ?? [];
      if (earlier.some(({ wallMs }) => wallMs > slowMs)) continue;
      // oxlint-disable-next-line no-await-in-loop -- one after the other is the point
      figures[id] = await takeTurn(world, id, turn, round, earlier);
    }
  }
  return figures;
}

async function takeTurn(
  world: BenchWorld,
  id: string,
  { managed, command, before, puts }: Turn,
  round: number,
  earlier: readonly Run[],
): Promise<Figure> {
  await before?.(round);
  await world.calls();
  const { stdout, ...run } = await measureProcess(command());
  const calls = await world.calls();
  if (puts !== undefined && calls['put'] !== puts) {
    throw new Error(`${id} sent ${calls['put'] ?? 0} PUTs, not ${puts}: ${stdout.slice(-1500)}`);
  }
  return { runs: [...earlier, run], calls, shown: managed?.updates(stdout) ?? 0 };
}

/** Where a plan in sync spends its processor time, from `node --cpu-prof`. */
async function profilePlan(managed: Managed | undefined, where: string): Promise<Shares> {
  const folder = join(where, 'profiles');
  mkdirSync(folder);
  const plan = managed?.command('plan', 'in sync');
  if (!plan) return [];
  const [node, ...argv] = plan.command;
  const flags = ['--cpu-prof', '--cpu-prof-interval', '500', '--cpu-prof-dir', folder];
  for (let run = 0; run < profiles; run += 1) {
    // oxlint-disable-next-line no-await-in-loop
    await measureProcess({ ...plan, command: [node, ...flags, ...argv] });
  }
  return readShares(folder).map(([place, ms]) => [place, ms / profiles]);
}
