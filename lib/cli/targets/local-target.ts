import { join, resolve } from 'node:path';
import { wire } from '../../wiring.ts';
import type { WiringOptions } from '../../wiring.ts';
import { startKeptWorld } from '../../../demo/world/kept-world.ts';
import { serveQueue } from '../../../demo/world/local-functions.ts';
import { createLog } from '../output/log.ts';
import { wiredTarget } from './stack/stack-target.ts';
import type { OpenContext } from './chosen.ts';
import type { Target } from './target.ts';

/** The embedded world, stored in a folder: AWS and vendors on loopback, while the command runs. */
export async function localTarget(context: OpenContext): Promise<Target> {
  const folder = join(resolve(context.cwd, context.options.state), 'local');
  await using parts = new AsyncDisposableStack();
  const world = parts.adopt(await startKeptWorld(folder, context.wiring.clock), (one) =>
    one.close(),
  );
  const wiring: WiringOptions = { ...context.wiring, endpoints: world.endpoints };
  const target = parts.adopt(wiredTarget('local', world.settings, context, wiring), (one) =>
    one.close(),
  );
  const opened = parts.move();
  return {
    ...target,
    name: `the embedded world in ${folder}`,
    serve: (stop) =>
      serveQueue(world, () => wire(world.settings, createLog(context.output), wiring), stop),
    close: () => opened.disposeAsync(),
  };
}
