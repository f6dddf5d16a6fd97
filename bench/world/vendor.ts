/** A process with simulated vendor accounts, one for each connection. Its argument is the latency in milliseconds. */
import { startBarndoor } from '../../lib/local/gateways/barndoor/simulator.ts';
import type { BarndoorSimulator } from '../../lib/local/gateways/barndoor/simulator.ts';
import { secretText, vendorServer } from './fleet.ts';
import { serve } from './protocol.ts';

const latencyMs = Number(process.argv[2]);
const accounts = new Map<string, BarndoorSimulator>();
const endings = new Map<string, () => void>();

function account(connection: string): BarndoorSimulator {
  const found = accounts.get(connection);
  if (!found) throw new Error(`no account for ${connection}`);
  return found;
}

const handlers = {
  /** @returns its URL */
  open: async ({ connection, servers }: { connection: string; servers: number }) => {
    const simulator = await startBarndoor({
      latencyMs,
      readMeta: true,
      servers: Array.from({ length: servers }, (_, index) => vendorServer(connection, index)),
    });
    accounts.set(connection, simulator);
    return simulator.url;
  },
  /** Changes the names of the first `servers`, as in the vendor's console. */
  drift: ({ connection, servers }: { connection: string; servers: number }) => {
    for (let index = 0; index < servers; index += 1) {
      const { id } = vendorServer(connection, index);
      account(connection).edit(id, { name: `Changed by hand ${index}` });
    }
  },
  /** Changes a declared member of `meta` of the first `servers`: a `PUT` replaces the whole member. */
  driftMeta: ({ connection, servers }: { connection: string; servers: number }) => {
    for (let index = 0; index < servers; index += 1) {
      const { id, meta } = vendorServer(connection, index);
      account(connection).edit(id, { meta: { ...meta, team: 'changed by hand' } });
    }
  },
  /** How many servers have the secret of a round. */
  secrets: ({ connection, round }: { connection: string; round: number }) =>
    account(connection).servers.filter(
      ({ client_secret: text }, index) => text === secretText(round, index),
    ).length,
  /** From now on the account answers nothing, or again. */
  hang: ({ connection, on }: { connection: string; on: boolean }) => {
    endings.get(connection)?.();
    endings.delete(connection);
    if (on) endings.set(connection, account(connection).misbehave({ effect: { kind: 'hang' } }));
  },
  /** Calls of all accounts since the last time, and what the simulator finds wrong with itself. */
  calls: () => {
    const sum = { list: 0, get: 0, put: 0 };
    for (const { counts, requests, violations } of accounts.values()) {
      for (const operation of ['list', 'get', 'put'] as const) {
        sum[operation] += counts[operation];
        counts[operation] = 0;
      }
      requests.length = 0;
      if (violations.length > 0) throw new Error(violations.join('\n'));
    }
    return sum;
  },
};

export type VendorHandlers = typeof handlers;

serve(handlers);
