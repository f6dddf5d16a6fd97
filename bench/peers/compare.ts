import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { layOutProgram } from '../../scripts/command-line.ts';
import { medianOf } from '../harness/alternate.ts';
import { fleetServer } from '../world/fleet.ts';
import { redeclare } from '../world/redeclare.ts';
import { startBenchWorld, type BenchWorld, type Calls } from '../world/world.ts';
import { measureProcess, type Measured, type Usage } from './measure-process.ts';
import { ourCommand } from './ours.ts';
import { declare, peerCommand, seedState, type PeerSetup } from './peer.ts';

export const fleet = { servers: 1_000, changed: 200 };

/** What a command took: medians of some runs, and the calls of the last. */
export interface Taken extends Omit<Usage, 'stdout'> {
  readonly calls: Calls;
}

/** One command of both. */
export interface Comparison {
  readonly ours: Taken;
  readonly peer: Taken;
}

/** All that was compared. */
export interface Comparisons {
  readonly inSync: Comparison;
  readonly apply: Comparison;
  /** Servers whose name was changed at the vendor, and that a plan then shows. */
  readonly driftFound: { readonly ours: number; readonly peer: number };
}

/** Compares, in turns. @throws Error if a command does not do just what it should */
export async function compare(
  binaries: Pick<PeerSetup, 'tofu' | 'provider'>,
  turns: number,
): Promise<Comparisons> {
  const world = await startBenchWorld();
  const folder = mkdtempSync(join(tmpdir(), 'trueup-peer-'));
  try {
    const program = layOutProgram(join(folder, 'trueup'));
    await world.connect('ours', fleet.servers);
    await world.connect('peer', fleet.servers);
    const setup = { ...binaries, folder, url: world.urls.get('peer') ?? '', token: 'any' };
    declare(setup, declared('peer', 0));
    seedState(setup, declared('peer', 0));
    const plans = {
      ours: ourCommand(program, world, 'ours', 'plan', 0),
      peer: peerCommand(setup, 'plan', 0),
    };
    const applies = {
      ours: ourCommand(program, world, 'ours', 'apply', 0),
      peer: peerCommand(setup, 'apply', 0),
    };
    const inSync = await inTurns(world, turns, plans, async () => undefined);
    const apply = await inTurns(world, turns, applies, async (round) => {
      await redeclare(world, 'ours', declared('ours', round).slice(0, fleet.changed), round + 1);
      declare(setup, declared('peer', round));
      await expectChanges(program, world, setup);
    });
    for (const [who, { calls }] of Object.entries(apply)) {
      if (calls['put'] !== fleet.changed) throw new Error(`${who}: ${JSON.stringify(calls)}`);
    }
    // Both are in sync after what they sent.
    await measureProcess(plans.ours);
    await measureProcess(plans.peer);
    return { inSync, apply, driftFound: await findDrift(program, world, setup) };
  } finally {
    rmSync(folder, { recursive: true });
    await world.close();
  }
}

function declared(connection: string, round: number) {
  return Array.from({ length: fleet.servers }, (_, index) =>
    fleetServer(connection, index, index < fleet.changed ? round : 0),
  );
}

async function inTurns(
  world: BenchWorld,
  turns: number,
  commands: Readonly<Record<'ours' | 'peer', Measured>>,
  before: (round: number) => Promise<void>,
): Promise<Comparison> {
  const runs = { ours: [] as Taken[], peer: [] as Taken[] };
  for (let turn = 0; turn <= turns; turn += 1) {
    // oxlint-disable-next-line no-await-in-loop -- one after the other is the point
    await before(turn + 1);
    for (const who of ['ours', 'peer'] as const) {
      // oxlint-disable-next-line no-await-in-loop
      await world.calls();
      // oxlint-disable-next-line no-await-in-loop
      const usage = await measureProcess(commands[who]);
      // oxlint-disable-next-line no-await-in-loop
      const calls = await world.calls();
      // The first turn only warms.
      if (turn > 0) runs[who].push({ ...usage, calls });
    }
  }
  return { ours: medians(runs.ours), peer: medians(runs.peer) };
}

function medians(runs: readonly Taken[]): Taken {
  return {
    wallMs: medianOf(runs.map(({ wallMs }) => wallMs)),
    cpuMs: medianOf(runs.map(({ cpuMs }) => cpuMs)),
    peakBytes: medianOf(runs.map(({ peakBytes }) => peakBytes)),
    calls: runs.at(-1)?.calls ?? {},
  };
}

/** @throws Error unless both show just the servers that were changed in the declarations */
async function expectChanges(program: string, world: BenchWorld, setup: PeerSetup): Promise<void> {
  const found = {
    ours: toUpdate((await measureProcess(ourCommand(program, world, 'ours', 'plan', 2))).stdout),
    peer: toUpdate((await measureProcess(peerCommand(setup, 'plan', 2))).stdout),
  };
  if (found.ours === fleet.changed && found.peer === fleet.changed) return;
  throw new Error(`shown as changed: ${JSON.stringify(found)}`);
}

async function findDrift(program: string, world: BenchWorld, setup: PeerSetup) {
  for (const connection of ['ours', 'peer']) {
    // oxlint-disable-next-line no-await-in-loop -- nothing is measured
    await world.vendor.call('drift', { connection, servers: fleet.changed });
  }
  const ours = await measureProcess(ourCommand(program, world, 'ours', 'plan', 2));
  const peer = await measureProcess(peerCommand(setup, 'plan', 0));
  return { ours: toUpdate(ours.stdout), peer: toUpdate(peer.stdout) };
}

/** Both end with `Plan: ..., N to change` or `N to update`; without a change OpenTofu has no such line. */
function toUpdate(text: string): number {
  return Number(/^Plan:.*?(\d+) to (?:change|update)/m.exec(text)?.[1] ?? 0);
}
