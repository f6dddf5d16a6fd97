import { connectionNameSchema } from '../../model/names/connection-name.ts';
import { mapLimited } from '../../pass/limited.ts';
import { previews } from '../../pass/previews.ts';
import { readHistory } from '../../pass/history/read-history.ts';
import { noQueue } from '../../work/queue.ts';
import type { ConsoleTarget, ConsoleWorld } from '../console.types.ts';
import type { Page } from '../html/layout.ts';
import type { FleetReader, FleetReading } from '../reading.ts';
import { currentId } from '../current-id.ts';
import { fleetPage } from './fleet.ts';
import type { PageContext } from './page-context.types.ts';
import { historyPage, recordsOfPage } from './history.ts';
import type { FoundRecords, HistoryQuery } from './history.ts';
import { planPage } from './plan.ts';
import type { HeldReading, MadePlan } from './plan.ts';
import { readServer } from './read-server.ts';
import { serverPage } from './server.ts';
import { serversPage } from './servers.ts';

/** What an address asks for; undefined also where it is empty. */
type Given = (field: string) => string | undefined;

/** @returns undefined where there is no such page */
type MakePage = (given: Given) => Promise<Page | undefined>;

const atOnce = 8;
/** As far back as pages go; filters reach what is older. */
const mostPages = 200;

/** The five pages, by path. */
export function pagesOf(
  world: ConsoleWorld,
  reader: FleetReader,
): Readonly<Record<string, MakePage>> {
  const context = async (): Promise<PageContext> => ({
    passes: world.passes,
    next: world.next,
    hasQueue: await world.target().then(
      ({ deps }) => deps.queue !== noQueue,
      () => false,
    ),
  });
  return {
    '/': async () => fleetPage(await reader.read(), await context()),
    '/servers': async (given) => {
      const query = {
        connection: given('connection'),
        outcome: given('outcome'),
        cause: given('cause'),
        gateway: given('gateway'),
        text: given('text'),
        page: numberIn(given('page'), 1, 1_000_000),
      };
      return serversPage(await reader.read(), query, await context());
    },
    '/server': async (given) => {
      const [connection, asked] = [given('connection'), given('id')];
      const reading = (await reader.read()).connections.find(
        (one) => one.connection === connection,
      );
      if (connection === undefined || asked === undefined || !reading) return undefined;
      const target = await world.target();
      const id = await currentId(connection, asked, target.deps.ledger);
      const live = given('live') === undefined ? undefined : { stop: world.stop };
      const server = await readServer({ connection, id }, target, live);
      const isKnown = server.fields ?? server.record ?? server.why;
      if (isKnown === undefined && server.history.length === 0) return undefined;
      return serverPage(id, reading, server, await context());
    },
    '/plan': async (given) => {
      const fleet = await reader.read();
      const chosen = given('connection');
      const named = fleet.connections.filter(
        (one) => (chosen ?? one.connection) === one.connection,
      );
      const target = await world.target();
      const made = given('make') === undefined ? undefined : await makePlans(target, named, world);
      return planPage(fleet, await readHeld(target, fleet, world), made, chosen, await context());
    },
    '/history': async (given) => {
      const query = {
        connection: given('connection'),
        server: given('server'),
        by: given('by'),
        pass: given('pass'),
        page: numberIn(given('page'), 1, mostPages),
      };
      const { connections } = await reader.read();
      const names = connections.map(({ connection }) => connection);
      return historyPage(await findRecords(world, names, query), query, names);
    },
  };
}

function numberIn(text: string | undefined, least: number, most: number): number {
  const number = Number(text);
  return Number.isSafeInteger(number) ? Math.min(Math.max(number, least), most) : least;
}

async function makePlans(
  { deps }: ConsoleTarget,
  named: FleetReading['connections'],
  { explain, stop }: ConsoleWorld,
): Promise<readonly MadePlan[]> {
  const selections = named.map(({ connection }) => ({ connection }));
  const planned = (await previews(deps, selections, { stop })) ?? [];
  return planned.map((one) => {
    const { connection } = one.selection;
    return 'plan' in one ? { connection, plan: one.plan } : { connection, ...explain(one.error) };
  });
}

async function readHeld(
  { deps: { ledger } }: ConsoleTarget,
  { connections }: FleetReading,
  { explain, stop }: ConsoleWorld,
): Promise<readonly HeldReading[]> {
  const wanted = connections.flatMap(({ connection, status }) =>
    (status?.held ?? []).map((digest) => ({ connection, digest })),
  );
  const read = await mapLimited(wanted, atOnce, stop, async ({ connection, digest }) => {
    try {
      const held = await ledger.held(connection, digest);
      return held ? [{ connection, held }] : [];
    } catch (error) {
      return [{ connection, digest, problem: explain(error).problem }];
    }
  });
  return read?.flat() ?? [];
}

async function findRecords(
  { target, explain, stop }: ConsoleWorld,
  names: readonly string[],
  { connection, server, by, pass, page }: HistoryQuery,
): Promise<FoundRecords> {
  const { deps, isRows } = await target();
  const [from, to] = [(page - 1) * recordsOfPage, page * recordsOfPage];
  const wanted = { since: undefined, by, pass, limit: to + 1 };
  const isName = connection !== undefined && connectionNameSchema.safeParse(connection).success;
  const chosen = connection === undefined ? names : isName ? [connection] : [];
  const read = await mapLimited(chosen, atOnce, stop, async (name) => {
    try {
      return await readHistory({ ...deps, isRows }, { connection: name, server }, wanted);
    } catch (error) {
      return { connection: name, problem: explain(error).problem };
    }
  });
  const found = read ?? [];
  const all = found
    .flatMap((one) => ('records' in one ? one.records : []))
    .toSorted((a, b) => Number(a.at < b.at) - Number(a.at > b.at));
  return {
    records: all.slice(from, to),
    hasMore: all.length > to && page < mostPages,
    failure: found.flatMap((one) => ('problem' in one ? [one] : [])),
  };
}
