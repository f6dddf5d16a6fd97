/** The process of a soak's world: AWS, vendors, and the faulty ways to them. Its argument is a `SoakSetup`. */
import { serve } from '../../bench/world/protocol.ts';
import { startEmbeddedWorld } from '../../demo/world/embedded-world.ts';
import { startAlloy } from '../../lib/local/gateways/alloy/simulator.ts';
import { startBarndoor } from '../../lib/local/gateways/barndoor/simulator.ts';
import type { Json } from '../../lib/local/gateways/misbehaviour.ts';
import { seededRandom } from '../../test/support/seeded-random.ts';
import { startFaultyProxy } from './faulty-proxy.ts';
import type { FaultRates, FaultyProxy, Outage } from './faulty-proxy.ts';

export interface SoakSetup {
  readonly connections: number;
  readonly servers: number;
  readonly seed: number;
  readonly slowMs: number;
  readonly rates: FaultRates;
}

/** An account at a vendor, and what its servers should be. */
interface Account {
  readonly name: string;
  readonly proxy: FaultyProxy;
  readonly ids: readonly string[];
  readonly declared: Map<string, { readonly spec: Json; readonly secret?: string }>;
  readonly stored: (id: string) => Json;
  readonly edit: (id: string, name: string) => void;
  readonly violations: readonly string[];
  readonly puts: () => number;
}

const none: FaultRates = { serverError: 0, tooMany: 0, cut: 0, slow: 0 };
const setup = JSON.parse(process.argv[2] ?? '') as SoakSetup;
const random = seededRandom(setup.seed);
const world = await startEmbeddedWorld({ barndoor: { servers: [] } });
const faults: Record<string, number> = {};
let rates = none;
const accounts: Account[] = [];
for (let number = 0; number < setup.connections; number += 1) accounts.push(await open(number));

const oneOf = <T>(all: readonly T[]): T => all[Math.floor(random() * all.length)] as T;

async function open(number: number): Promise<Account> {
  const isAlloy = number % 2 === 1;
  const name = `${isAlloy ? 'alloy' : 'barndoor'}-${number}`;
  const idOf = (index: number) =>
    `00000000-0000-4000-${8000 + number}-${String(index).padStart(12, '0')}`;
  const ids = Array.from({ length: setup.servers }, (_, index) => idOf(index));
  const vendor = isAlloy ? await openAlloy(ids) : await openBarndoor(ids);
  const proxy = await startFaultyProxy({
    target: vendor.url,
    random,
    rates: () => rates,
    slowMs: setup.slowMs,
    retryAfter: () => 1 + Math.floor(random() * 30),
    count: (kind) => (faults[kind] = (faults[kind] ?? 0) + 1),
  });
  const token = `trueup/${name}/token`;
  await world.secrets.write(token, 'let-me-in');
  await world.desired.put(name, 'connection', {
    provider: isAlloy ? 'alloy' : 'barndoor',
    baseUrl: proxy.url,
    auth: { type: 'bearer', token: { secret: token } },
    policy: { mode: 'correct', limits: { updates: '100%', minimum: 10 } },
    budget: { requestsPerMinute: 60_000, concurrency: 4 },
  });
  const account: Account = { name, proxy, ids, declared: new Map(), ...vendor };
  for (const id of ids) await declare(account, id, 0);
  return account;
}

async function openBarndoor(ids: readonly string[]) {
  const servers = ids.map((id) => ({ id, name: `${id} old`, slug: id }));
  const simulator = await startBarndoor({ servers, tokens: ['let-me-in'], latencyMs: 5 });
  return {
    url: simulator.url,
    violations: simulator.violations,
    stored: (id: string): Json => ({ ...simulator.find(id) }),
    edit: (id: string, name: string) => void simulator.edit(id, { name }),
    puts: () => simulator.counts.put,
  };
}

async function openAlloy(ids: readonly string[]) {
  const servers = ids.map((serverId) => ({ serverId, name: `${serverId} old` }));
  const simulator = await startAlloy({ servers, tokens: ['let-me-in'], latencyMs: 5 });
  return {
    url: simulator.url,
    violations: simulator.violations,
    stored: (id: string): Json => ({ ...simulator.find(id) }),
    edit: (id: string, name: string) => void simulator.edit(id, { name }),
    puts: () => simulator.counts.put,
  };
}

/** Every third server of Barndoor has a secret, every third of Alloy instructions: nobody can read either back. */
async function declare(account: Account, id: string, version: number): Promise<void> {
  const spec: Json = { name: `${id} ${version}` };
  const isThird = account.ids.indexOf(id) % 3 === 0;
  let secret: string | undefined;
  if (isThird && account.name.startsWith('alloy')) spec['instructions'] = `version ${version}`;
  if (isThird && account.name.startsWith('barndoor')) {
    const name = `trueup/${account.name}/${id}`;
    secret = `secret ${version}`;
    await world.secrets.write(name, secret);
    spec['client_secret'] = { secret: name };
  }
  await world.desired.put(account.name, `server#${id}`, { spec } as Row);
  account.declared.set(id, { spec, ...(secret !== undefined && { secret }) });
}

type Row = Parameters<typeof world.desired.put>[2];

function accountOf(name: string): Account {
  const found = accounts.find((account) => account.name === name);
  if (!found) throw new Error(`no connection ${name}`);
  return found;
}

let version = 0;

const handlers = {
  settings: () => {
    const { eventBus: _bus, queueUrl: _queue, ...settings } = world.settings;
    const hosts = accounts.map(
      ({ name, proxy }) => `${name.split('-')[0]}=${new URL(proxy.url).host}`,
    );
    return {
      settings: { ...settings, allowedHosts: hosts.join(',') },
      endpoints: world.endpoints,
      connections: accounts.map(({ name }) => name),
    };
  },
  faultsOn: (on: boolean) => {
    rates = on ? setup.rates : none;
  },
  /** In every connection somebody edits a declaration, and somebody else a server in the console. */
  churn: async () => {
    version += 1;
    for (const account of accounts) {
      await declare(account, oneOf(account.ids), version);
      account.edit(oneOf(account.ids), `by hand ${version}`);
    }
  },
  outage: ({ connection, kind }: { connection: string; kind?: Outage }) => {
    accountOf(connection).proxy.outage = kind;
  },
  /** Servers that are not as declared, secrets and instructions included. */
  wrong: () =>
    accounts.flatMap(({ name, declared, stored }) =>
      [...declared].flatMap(([id, { spec, secret }]) => {
        const live = stored(id);
        const isRight =
          live['name'] === spec['name'] &&
          (secret === undefined || live['client_secret'] === secret) &&
          (spec['instructions'] === undefined || live['instructions'] === spec['instructions']);
        return isRight ? [] : [`${name}/${id}`];
      }),
    ),
  figures: () => ({
    faults,
    puts: accounts.reduce((sum, { puts }) => sum + puts(), 0),
    violations: accounts.flatMap(({ violations }) => violations),
  }),
};

export type SoakHandlers = typeof handlers;

serve(handlers);
