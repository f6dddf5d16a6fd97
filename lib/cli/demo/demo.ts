import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { logOf, quietObservability } from '../../../functions/observability.ts';
import { createScheduled } from '../../../functions/scheduled.ts';
import { wire } from '../../../functions/wiring.ts';
import type { PassReport } from '../../core/ledger.types.ts';
import { renderPlan, renderReport } from '../../core/render-text.ts';
import type { Dependencies } from '../../reconcile/dependencies.types.ts';
import { planConnection } from '../../reconcile/plan-connection.ts';
import { startEmbeddedWorld } from '../embedded-world.ts';
import type { EmbeddedWorld } from '../embedded-world.ts';
import {
  connection,
  connectionRow,
  ids,
  liveServers,
  secrets,
  serverRows,
  token,
} from './fleet.ts';
import { lambdaContext } from './lambda-context.ts';

/** Where the demo writes, a line at a time. */
export type Say = (line?: string) => void;

const eventFile = join(import.meta.dirname, '../../../events/scheduled.json');

/** The main job from end to end on the embedded world: what `npm start` runs. */
export async function demo(say: Say): Promise<void> {
  const world = await startEmbeddedWorld({ barndoor: { servers: liveServers, tokens: [token] } });
  try {
    await declareFleet(world);
    await tell(world, say);
  } finally {
    await world.close();
  }
}

async function declareFleet(world: EmbeddedWorld): Promise<void> {
  for (const [name, text] of Object.entries(secrets)) await world.secrets.write(name, text);
  await world.desired.put(connection, 'connection', connectionRow(world.barndoor.url));
  for (const { id, ...row } of serverRows) await world.desired.put(connection, `server#${id}`, row);
}

async function tell(world: EmbeddedWorld, say: Say): Promise<void> {
  const observability = quietObservability();
  const deps = wire(world.settings, logOf(observability.logger), { endpoints: world.endpoints });
  say('Trueup on an embedded world: DynamoDB, Secrets Manager and Barndoor on loopback.');
  say(`${serverRows.length} servers are declared in the table ${world.settings.desiredTable}.`);

  heading(say, 'The plan: what a pass would do, and why');
  const { plan } = await planConnection({ connection, trigger: 'cli' }, deps);
  say(renderPlan(plan));

  heading(say, 'The scheduled function runs (events/scheduled.json)');
  await runScheduled(world, deps, say);

  heading(say, 'It runs again: everything is in sync, so it reads one list and sends nothing');
  await runScheduled(world, deps, say);

  heading(say, 'Somebody renames a server in the vendor’s console; the next pass puts it right');
  world.barndoor.edit(ids.jira, { name: 'Jira (do not touch!)' });
  const { plan: drift } = await planConnection({ connection, trigger: 'cli' }, deps);
  say(renderPlan(drift));
  await runScheduled(world, deps, say);
}

function heading(say: Say, text: string): void {
  say();
  say(`== ${text}`);
}

async function runScheduled(world: EmbeddedWorld, deps: Dependencies, say: Say): Promise<void> {
  const reports: PassReport[] = [];
  const handler = createScheduled(
    () => ({ deps, connectionsAtOnce: world.settings.connectionsAtOnce }),
    quietObservability(),
    (result) => {
      if (result.kind === 'done') reports.push(result.report);
    },
  );
  const before = world.barndoor.requests.length;
  const event: unknown = JSON.parse(await readFile(eventFile, 'utf8'));
  await handler(
    event,
    lambdaContext('trueup-scheduled', () => 300_000),
  );
  for (const { method, path, body } of world.barndoor.requests.slice(before)) {
    if (method !== 'PUT') continue;
    const fields = Object.keys(body as object).join(', ');
    say(`  PUT ${path}  with ${fields}`);
  }
  for (const report of reports) say(renderReport(report));
}
