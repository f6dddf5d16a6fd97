import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { commandLineOptions } from '../../scripts/command-line.ts';
import type { BenchWorld } from '../world/world.ts';
import { worldEnvironment } from './ours.ts';
import type { Measured } from './measure-process.ts';

/** As many requests to the gateway as Trueup makes at the same time. */
const atOnce = 10;

/** Bundles the bare process as the command line is packed. @returns its path */
export function layOutBare(folder: string): string {
  const entryPoints = [join(import.meta.dirname, 'bare-process.ts')];
  buildSync({ ...commandLineOptions(folder), entryPoints });
  return join(folder, 'bare-process.mjs');
}

/**
 * A bare Node process: it loads the same clients as Trueup, reads the same tables and secrets and makes the same list calls,
 * as many at a time, and does nothing about the answers.
 */
export function bareCommand(world: BenchWorld, program: string, connection: string): Measured {
  const url = world.urls.get(connection) ?? '';
  const { fingerprintSecret } = world.settings();
  return {
    command: [process.execPath, program, connection, url, fingerprintSecret, String(atOnce)],
    cwd: import.meta.dirname,
    env: worldEnvironment(world),
    exitCode: 0,
  };
}
