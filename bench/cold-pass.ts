/**
 * A new process that makes passes over a connection in sync, bundled as a function is. Its argument is JSON: `ColdPass`. Prints
 * the milliseconds of the first pass, wiring included, and of the following ones.
 */
import type { Settings } from '../functions/settings.ts';
import type { ClientOptions } from '../lib/table/dynamodb/client.ts';
import { wire } from '../lib/wiring.ts';
import { passInSync } from './harness/pass.ts';
import { silentLog } from './world/log.ts';

/** What a cold pass needs of the world. */
export interface ColdPass {
  readonly settings: Settings;
  readonly endpoints: { readonly dynamodb: ClientOptions; readonly secretsManager: ClientOptions };
  readonly connection: string;
  readonly warmPasses: number;
}

async function timed(pass: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await pass();
  return performance.now() - start;
}

async function run({ settings, endpoints, connection, warmPasses }: ColdPass): Promise<void> {
  let deps: ReturnType<typeof wire> | undefined;
  const pass = () => {
    deps ??= wire(settings, silentLog, { endpoints });
    return passInSync(deps, connection);
  };
  const times: number[] = [];
  // oxlint-disable-next-line no-await-in-loop -- one after the other is the point
  while (times.length <= warmPasses) times.push(await timed(pass));
  process.stdout.write(JSON.stringify(times));
}

void run(JSON.parse(process.argv[2] ?? '') as ColdPass);
