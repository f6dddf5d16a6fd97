import { createSecretKey } from 'node:crypto';
import { createHttpClient } from '../../lib/gateways/http/client.ts';
import { createTokenExchange } from '../../lib/sign-in/token-exchange.ts';
import { createProviders } from '../../lib/gateways/gateways.ts';
import type { FingerprintKeys } from '../../lib/model/fingerprint.types.ts';
import type { Dependencies } from '../../lib/pass/dependencies.types.ts';
import type { SignInStore } from '../../lib/sign-in/saved/saved-sign-in.types.ts';
import type { DesiredRow, DesiredStore } from '../../lib/desired/desired-store.types.ts';
import type { SecretSource } from '../../lib/secrets/secret-source.ts';
import type { WorkQueue } from '../../lib/work/queue.ts';
import { defaultSettings } from '../../lib/lease/settings.types.ts';
import { core } from '../../test/support/canaries.ts';
import { leaseOf, ledgerOf, isLooking } from './ledger-ports.ts';
import { simulatedLog, textOf } from './out.ts';
import type { Process } from './scheduler.ts';
import { hostOf, simulatedWire, tokenHostOf } from './wire.ts';
import type { World } from './world.ts';

/** A process of the deployment: the real providers, and every port of it under the scheduler. */
export function portsOf(world: World, process: Process): Dependencies {
  const { clock } = process;
  const http = createHttpClient({
    hosts: { allowed: allowedHosts(world), trustDocumentedHosts: false },
    clock,
    random: world.random,
    timeoutMs: defaultSettings.attemptMs,
    wire: simulatedWire(world, process),
  });
  return {
    desired: desiredOf(world, process),
    ledger: ledgerOf(world, process),
    lease: leaseOf(world, process),
    secrets: secretsOf(world, process),
    signIns: signInsOf(world, process),
    queue: queueOf(world, process),
    providers: createProviders(http),
    tokens: createTokenExchange({ http, clock }),
    announcer: {
      announce: (events) => {
        world.tell({ kind: 'out', to: 'events', text: textOf(events) });
        return world.call(process, 'announcer.announce', async () => undefined);
      },
    },
    keys: () => world.call(process, 'keys', async () => keysOf(world.keys)),
    credentials: new Map(),
    clock,
    random: world.random,
    uuid: () => world.uuid(),
    log: simulatedLog(world),
    settings: defaultSettings,
    secretPrefix: 'trueup',
    owner: process.name,
  };
}

function allowedHosts({ scenario }: World) {
  return scenario.connections.flatMap(({ name, vendor: provider }) => [
    { provider, hostname: hostOf(name) },
    { provider, hostname: tokenHostOf(name) },
  ]);
}

/** @param keys - what tells them apart, the current one first */
export function keysOf([current = '', ...previous]: readonly string[]): FingerprintKeys {
  const key = (id: string) => ({
    id,
    key: createSecretKey(Buffer.from(`${core}-fingerprint-key-${id}`)),
  });
  return { current: key(current), previous: previous.map(key) };
}

/** Rows come page by page: between two of them anything may be written. */
const rowsOnPage = 4;

function desiredOf(world: World, process: Process): DesiredStore {
  const indexes = (connection: string, rows: readonly DesiredRow[]) => {
    const all = world.desired.indexes(connection);
    return new Map(rows.map(({ item }) => [item, all.get(item) ?? -1]));
  };
  return {
    async *connections() {
      const read = async () => world.desired.index.current;
      const stale = (ms: number) => world.desired.index.at(world.now - ms);
      yield* await world.call(process, 'desired.connections', read, { stale });
    },
    async rows(connection, ids) {
      const isReading = !isLooking(process, connection);
      const read: DesiredRow[] = [];
      // A pass reads the connection's own row, then all that it needs: one reading.
      let isFirst = isReading && ids?.length === 0;
      for (let isLast = false; !isLast;) {
        // oxlint-disable-next-line no-await-in-loop -- page by page
        const page = await world.call(process, 'desired.rows', async () => {
          const after = read.at(-1)?.item ?? '';
          const left = world.desired.of(connection, ids).filter(({ item }) => item > after);
          const rows = left.slice(0, rowsOnPage);
          const indexed = indexes(connection, rows);
          if (isReading) {
            world.tell({ kind: 'desired-read', process, connection, ids, isFirst, rows: indexed });
          }
          isLast = left.length <= rowsOnPage;
          return rows;
        });
        isFirst = false;
        read.push(...page);
      }
      return read;
    },
    countServers: (connection) =>
      world.call(
        process,
        'desired.countServers',
        async () => world.desired.of(connection).filter(({ item }) => item !== 'connection').length,
      ),
  };
}

function secretsOf(world: World, process: Process): SecretSource {
  const { secrets } = world;
  return {
    versions: (connection, names) => {
      const read = async () => secrets.versions(connection, names, world.now);
      const stale = (ms: number) => secrets.versions(connection, names, world.now - ms);
      const options = names ? {} : { stale };
      return world.call(process, 'secrets.versions', read, options);
    },
    values: (_connection, references) =>
      world.call(process, 'secrets.values', async () =>
        references.map((reference) => secrets.value(reference)),
      ),
  };
}

function signInsOf(world: World, process: Process): SignInStore {
  const { signIns } = world;
  return {
    read: (connection) => world.call(process, 'signIns.read', async () => signIns.get(connection)),
    save: (connection, signIn) =>
      world.call(process, 'signIns.save', async () => void signIns.set(connection, signIn)),
    remove: (connection) =>
      world.call(process, 'signIns.remove', async () => void signIns.delete(connection)),
    place: (connection) => `parameter /trueup/${connection}/sign-in`,
  };
}

function queueOf(world: World, process: Process): WorkQueue {
  return {
    send: (messages) => {
      world.tell({ kind: 'out', to: 'queue', text: textOf(messages) });
      return world.call(
        process,
        'queue.send',
        async () => {
          for (const { message, delayMs } of messages) {
            world.queue.send(world.now, message, JSON.stringify(message), delayMs);
            world.tell({ kind: 'sent', process, message });
          }
        },
        { repeatable: true },
      );
    },
  };
}
