import type { PassReport } from '../lib/model/ledger.types.ts';
import type { Clock } from '../lib/model/runtime.types.ts';
import type { Paint } from '../lib/model/text/paint.types.ts';
import type { Dependencies } from '../lib/pass/dependencies.types.ts';
import type { PassResult } from '../lib/pass/request.types.ts';
import { collector } from './collector.ts';
import { startDemoWorld } from './demo-world.ts';
import type { DemoWorld } from './demo-world.ts';
import { alloyServers, barndoorServers, contextforgeServers } from './world/fleet.ts';
import { demoFunctions } from './functions.ts';
import type { Listener, Totals } from './listener.ts';
import { narrator } from './narrator.ts';
import { playRounds } from './rounds.ts';
import { story } from './story.ts';
import type { Stage } from './story.ts';

/** A console beside the story, which goes on in rounds until it is stopped. */
export interface Beside {
  /** Opens it on the demo's world. */
  readonly open: (
    deps: Dependencies,
  ) => Promise<{ readonly address: string; readonly close: () => Promise<void> }>;
  readonly stop: AbortSignal;
  readonly clock?: Clock | undefined;
}

/** The main job from end to end on the embedded world, as a story or as one JSON document: what `npm start` runs. */
export async function demo(
  { result, paint }: { readonly result: (text: string) => void; readonly paint: Paint },
  json: boolean,
  beside?: Beside,
): Promise<void> {
  await using parts = new AsyncDisposableStack();
  const world = await startDemoWorld(beside?.clock);
  parts.defer(() => world.close());
  const listener = json ? collector(result) : narrator(result, paint);
  const { stage, totals } = staged(world, listener);
  const shown = await beside?.open(stage.deps);
  parts.defer(async () => shown?.close());
  listener.happens(opening);
  for (const { title, play } of story) {
    if (beside?.stop.aborted) return;
    listener.chapter(title);
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    await play(stage);
  }
  listener.ended(totals());
  if (beside && shown) await playRounds(stage, shown.address, beside.stop);
}

function staged(
  world: DemoWorld,
  listener: Listener,
): { readonly stage: Stage; readonly totals: () => Totals } {
  const reports: PassReport[] = [];
  const seen = (result: PassResult) => {
    if (result.kind !== 'done') throw new Error('another process holds the lease');
    for (const report of [result.report, ...result.others]) reports.push(report);
    listener.passed(result.report, result.plan);
    for (const report of result.others) listener.passed(report);
  };
  const functions = demoFunctions(world, seen);
  const held = () => reports.findLast((report) => report.held !== undefined)?.held ?? '';
  const gateways = [world.barndoor, world.alloy, world.contextforge];
  const calls = (operation: 'list' | 'get' | 'put') =>
    gateways.reduce((sum, { counts }) => sum + counts[operation], 0);
  return {
    stage: { world, functions, listener, deps: world.process(), held },
    totals: () => ({
      vendorCalls: { list: calls('list'), get: calls('get'), put: calls('put') },
      secretsDecrypted: reports.reduce((sum, report) => sum + report.secretsDecrypted, 0),
    }),
  };
}

const opening = `Trueup on an embedded world: DynamoDB, Secrets Manager, SQS, EventBridge, three gateways of MCP servers and an issuer of tokens, all on loopback. ${Object.keys(barndoorServers).length} servers are declared at Barndoor (client credentials), ${Object.keys(alloyServers).length} at Alloy (an API key) and ${Object.keys(contextforgeServers).length} at ContextForge (an API token). The guard's limit is 40% here (default: 30%).`;
