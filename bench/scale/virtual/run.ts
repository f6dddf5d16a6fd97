import { takeGlobalTimers } from '../../../proof/simulation/global-timers.ts';
import type { PassResult } from '../../../lib/pass/request.types.ts';
import { VirtualFunctions, type FunctionsOptions } from './functions.ts';
import { VirtualWorld, type FleetConnection } from './world.ts';

/** The end of a pass that was made, or of a knock at the process that makes one. */
export interface Ended {
  /** Milliseconds of virtual time. */
  readonly at: number;
  readonly result: PassResult;
}

/** The functions on a world, from cold, and what their passes came to. */
export interface Deployment {
  readonly functions: VirtualFunctions;
  readonly ended: Ended[];
  /** Lets time pass until `isOver`, asked after each step, at most so many milliseconds. */
  readonly pass: (ms: number, isOver?: () => boolean) => Promise<void>;
  /** Calls `look` every so many milliseconds of virtual time, until the deployment is closed. */
  readonly every: (ms: number, look: () => void) => void;
}

/** Longer than an invocation may take. */
const drainMs = 600_000;

/** A world of connections in sync; timers are of its virtual time while it is used. */
export async function withVirtualWorld<Result>(
  fleet: readonly FleetConnection[],
  use: (world: VirtualWorld) => Promise<Result>,
): Promise<Result> {
  const world = new VirtualWorld(fleet);
  await world.seed();
  const giveBack = takeGlobalTimers(world.scheduler);
  try {
    return await use(world);
  } finally {
    giveBack();
    world.close();
  }
}

/**
 * Uses new functions on a world, its calls counted from none. @throws Error if an invocation threw or took longer than a
 * function may, or if a message became a dead letter
 */
export async function deployed<Result>(
  world: VirtualWorld,
  options: Omit<FunctionsOptions, 'seen'>,
  use: (deployment: Deployment) => Promise<Result>,
): Promise<Result> {
  const ended: Ended[] = [];
  const seen = (result: PassResult) => void ended.push({ at: world.now, result });
  const functions = new VirtualFunctions(world, { ...options, seen });
  world.calls = {};
  let isClosed = false;
  const every = (ms: number, look: () => void) => {
    if (isClosed) return;
    look();
    world.scheduler.after(ms, () => every(ms, look));
  };
  const pass = (ms: number, isOver?: () => boolean) => world.scheduler.run(world.now + ms, isOver);
  const result = await use({ functions, ended, pass, every });
  isClosed = true;
  // What is under way comes to its end; nothing more is begun.
  functions.isQueueServed = false;
  await pass(drainMs, () => functions.running === 0);
  const { errors, overtime } = functions;
  if (errors.length > 0) throw new Error(`${errors.length} invocations failed: ${errors[0]}`);
  if (overtime > 0) throw new Error(`${overtime} invocations took longer than a function may`);
  const dead = world.queue.deadLetters.length;
  if (dead > 0 && world.quotas.size === 0) throw new Error(`${dead} messages became dead letters`);
  return result;
}
