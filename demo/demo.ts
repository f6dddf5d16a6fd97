import type { PassReport } from '../lib/model/ledger.types.ts';
import type { Paint } from '../lib/model/text/paint.types.ts';
import type { PassResult } from '../lib/pass/request.types.ts';
import { collector } from './collector.ts';
import { startDemoWorld } from './demo-world.ts';
import type { DemoWorld } from './demo-world.ts';
import { alloyServers, barndoorServers, contextforgeServers } from './world/fleet.ts';
import { demoFunctions } from './functions.ts';
import type { Listener } from './listener.ts';
import { narrator } from './narrator.ts';
import { story } from './story.ts';

/** The main job from end to end on the embedded world, as a story or as one JSON document: what `npm start` runs. */
export async function demo(
  { result, paint }: { readonly result: (text: string) => void; readonly paint: Paint },
  json: boolean,
): Promise<void> {
  const listener = json ? collector(result) : narrator(result, paint);
  const world = await startDemoWorld();
  try {
    await play(world, listener);
  } finally {
    await world.close();
  }
}

async function play(world: DemoWorld, listener: Listener): Promise<void> {
  const reports: PassReport[] = [];
  const seen = (result: PassResult) => {
    if (result.kind !== 'done') throw new Error('another process holds the lease');
    for (const report of [result.report, ...result.others]) reports.push(report);
    listener.passed(result.report, result.plan);
    for (const report of result.others) listener.passed(report);
  };
  const functions = demoFunctions(world, seen);
  const held = () => reports.findLast((report) => report.held !== undefined)?.held ?? '';
  listener.happens(opening);
  const deps = world.process();
  for (const { title, play: tell } of story) {
    listener.chapter(title);
    await tell({ world, functions, listener, deps, held });
  }
  const gateways = [world.barndoor, world.alloy, world.contextforge];
  const calls = (operation: 'list' | 'get' | 'put') =>
    gateways.reduce((sum, { counts }) => sum + counts[operation], 0);
  listener.ended({
    vendorCalls: { list: calls('list'), get: calls('get'), put: calls('put') },
    secretsDecrypted: reports.reduce((sum, report) => sum + report.secretsDecrypted, 0),
  });
}

const opening = `Trueup on an embedded world: the APIs of DynamoDB, Secrets Manager, SQS and EventBridge, three gateways of MCP servers and an issuer of tokens, all on loopback. ${Object.keys(barndoorServers).length} servers are declared at Barndoor (sign-in with client credentials), ${Object.keys(alloyServers).length} at Alloy (an API key) and ${Object.keys(contextforgeServers).length} at ContextForge (an API token).`;
