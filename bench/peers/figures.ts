import { medianOf } from '../harness/alternate.ts';
import type { Shares } from '../harness/profile.ts';
import type { Calls } from '../world/world.ts';
import type { Usage } from './measure-process.ts';

/** One run of a command. */
export type Run = Omit<Usage, 'stdout'>;

/** What a tool took for a scenario. */
export interface Figure {
  readonly runs: readonly Run[];
  /** Of the last run. */
  readonly calls: Calls;
  /** Servers to update that its output shows, of the last run. */
  readonly shown: number;
}

/** In the order of the page. */
export const scenarioNames = ['inSync', 'declared', 'drifted', 'rotated', 'passed'] as const;

export type ScenarioName = (typeof scenarioNames)[number];

export interface FleetFigures {
  readonly servers: number;
  /** Servers that the scenarios change. */
  readonly changed: number;
  /** Runs of each command, unless one took longer than `slowMs`. */
  readonly runs: number;
  /** By scenario and id of the tool. Not every tool has each. */
  readonly scenarios: Readonly<Partial<Record<ScenarioName, Readonly<Record<string, Figure>>>>>;
  /** Servers that had the new secret at the gateway, by id of the tool. */
  readonly secretsSent?: Readonly<Record<string, Readonly<Partial<Record<ScenarioName, number>>>>>;
  /** Milliseconds of a plan's own processor time by room and package, on average. */
  readonly profile?: Shares;
}

/** What `bench/results/benchmark.json` has: all that the page is rendered from. */
export interface Figures {
  readonly at: string;
  /** Of what was measured; it ends with `with changes` if files were changed since. */
  readonly commit: string;
  readonly node: string;
  readonly go?: string;
  readonly machine: {
    readonly processor: string;
    readonly processors: number;
    readonly memoryBytes: number;
    /** Load average of the minute before the run. */
    readonly load: number;
  };
  readonly latencyMs: number;
  /** A command that takes longer is not repeated. */
  readonly slowMs: number;
  readonly tookMs: number;
  /** Names by id. */
  readonly tools: Readonly<Record<string, string>>;
  readonly fleets: readonly FleetFigures[];
}

/** Whether other processes used the machine when the run began. */
export function isBusy({ machine }: Figures): boolean {
  return machine.load > machine.processors;
}

/** The median of a figure's runs. */
export function median({ runs }: Figure, of: keyof Run): number {
  return medianOf(runs.map((run) => run[of]));
}

const operations = new Set(['list', 'get', 'put']);

/** The calls to the gateway, or all others. */
export function callsTo(gateway: boolean, calls: Calls): Calls {
  return Object.fromEntries(
    Object.entries(calls).filter(([operation]) => operations.has(operation) === gateway),
  );
}

export const sum = (calls: Calls) => Object.values(calls).reduce((a, b) => a + b, 0);
