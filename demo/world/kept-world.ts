import { join } from 'node:path';
import { readJsonFile, writeJsonFile } from '../../lib/local/json-file.ts';
import type { AlloyServerInit } from '../../lib/local/gateways/alloy/simulator.ts';
import type { BarndoorServerInit } from '../../lib/local/gateways/barndoor/simulator.ts';
import type { IssuedTokens } from '../../lib/local/issuer/token-grants.ts';
import { alloyRow, alloyServers, barndoorRow, barndoorServers } from './fleet.ts';
import { liveAtAlloy, liveAtBarndoor } from './fleet.ts';
import { alloy, barndoor, secretTexts, values } from './secret-values.ts';
import { startEmbeddedWorld } from './embedded-world.ts';
import type { EmbeddedWorld } from './embedded-world.ts';
import type { Clock } from '../../lib/model/runtime.types.ts';
import { serverKey } from '../../lib/model/names/server-key.ts';

/** The state of the vendors that is stored: their ports, which rows refer to, and their servers. */
interface Kept {
  readonly ports: { readonly barndoor: number; readonly alloy: number; readonly issuer: number };
  readonly barndoor: readonly BarndoorServerInit[];
  readonly alloy: readonly AlloyServerInit[];
  readonly issued?: IssuedTokens;
}

/** The issuer's public client, for `trueup login`. */
const publicClient = 'trueup-login';

/**
 * The embedded world with the demo's fleet, stored in a folder between commands.
 *
 * @throws FolderInUse if another command runs on it
 */
export async function startKeptWorld(folder: string, clock?: Clock): Promise<EmbeddedWorld> {
  const file = join(folder, 'vendors.json');
  const kept = readJsonFile(file, undefined) as Kept | undefined;
  const port = (name: keyof Kept['ports']) => (kept ? { port: kept.ports[name] } : {});
  const world = await startEmbeddedWorld({
    folder,
    ...(clock && { clock }),
    barndoor: { servers: kept?.barndoor ?? liveAtBarndoor, ...port('barndoor') },
    alloy: { servers: kept?.alloy ?? liveAtAlloy, tokens: [values.apiKey], ...port('alloy') },
    issuer: {
      clients: { trueup: values.serviceAccount, [publicClient]: undefined },
      issued: kept?.issued,
      audience: 'https://barndoor.ai/',
      ...port('issuer'),
    },
  });
  await using closing = new AsyncDisposableStack();
  closing.defer(() => world.close());
  if (kept) await readdress(world, kept);
  else await populate(world);
  keep(file, world);
  closing.defer(() => keep(file, world));
  const started = closing.move();
  return { ...world, close: () => started.disposeAsync() };
}

function keep(file: string, world: EmbeddedWorld): void {
  const kept: Kept = {
    ports: portsOf(world),
    barndoor: world.barndoor.servers,
    alloy: world.alloy.servers,
    issued: world.issuer.issued(),
  };
  writeJsonFile(file, kept);
}

function portsOf({ barndoor: one, alloy: other, issuer }: EmbeddedWorld): Kept['ports'] {
  const port = ({ url }: { readonly url: string }) => Number(new URL(url).port);
  return { barndoor: port(one), alloy: port(other), issuer: port(issuer) };
}

/** As users wrote it. */
async function populate(world: EmbeddedWorld): Promise<void> {
  const { desired, secrets } = world;
  for (const [name, text] of Object.entries(secretTexts)) {
    // oxlint-disable-next-line no-await-in-loop
    await secrets.write(name, text);
  }
  await putConnections(world);
  const rows = [
    ...Object.values(barndoorServers).map((server) => [barndoor, server] as const),
    ...Object.values(alloyServers).map((server) => [alloy, server] as const),
  ];
  await Promise.all(
    rows.map(([connection, { id, ...row }]) => desired.put(connection, serverKey(id), row)),
  );
}

/** If another process has taken a stored port, updates the demo's connections. */
async function readdress(world: EmbeddedWorld, { ports }: Kept): Promise<void> {
  const now = portsOf(world);
  if (JSON.stringify(now) !== JSON.stringify(ports)) await putConnections(world);
}

async function putConnections({ desired, issuer, ...world }: EmbeddedWorld): Promise<void> {
  await desired.put(barndoor, 'connection', barndoorRow(world.barndoor.url, issuer.tokenUrl));
  await desired.put(alloy, 'connection', alloyRow(world.alloy.url));
}
