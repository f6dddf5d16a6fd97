import diagnostics from 'node:diagnostics_channel';
import type { ClientRequest } from 'node:http';
import { fleetServer } from '../world/fleet.ts';
import { redeclare } from '../world/redeclare.ts';
import type { BenchWorld, Calls } from '../world/world.ts';
import { pass } from './pass.ts';
import { streamedCounts } from './triggered.ts';

/** What a changed row needs until its PUT goes out, whoever sends it. */
export const unavoidableCalls: Calls = {
  /** The lease item, before it is acquired. */
  GetItem: 1,
  /** The lease. */
  PutItem: 1,
  /** The rows, and the server's items of the ledger. */
  BatchGetItem: 2,
  /** The version of its secret. */
  DescribeSecret: 1,
  /** The server at the gateway. */
  GET: 1,
  PUT: 1,
};

/** What the guard may add: approvals, the number of declared servers, and its count in the lease item before the PUT. */
export const guardCalls: Calls = { Query: 2, PutItem: 1 };

/** The most that all other calls may be, to the unavoidable ones. */
export const rowToPutTarget = 1.2;

export interface RowToPut {
  /** All calls until the PUT goes out, the PUT included. */
  readonly calls: Calls;
  /** Those that are the guard's. */
  readonly guard: number;
  /** The others, to the unavoidable ones. */
  readonly ratio: number;
}

/** The calls of a warm stream function from the record of a changed row to the PUT, as they go out on the wire. */
export async function rowToPut(world: BenchWorld, connection: string): Promise<RowToPut> {
  await world.connect(connection, 100);
  const deps = world.wired();
  await pass(deps, connection);
  await redeclare(world, connection, [fleetServer(connection, 0, 1)], 2);
  const sent: string[] = [];
  const see = (message: unknown) => {
    const { request } = message as { readonly request: ClientRequest };
    const [, operation] = String(request.getHeader('x-amz-target') ?? '').split('.');
    sent.push(operation ?? request.method);
  };
  diagnostics.subscribe('http.client.request.start', see);
  try {
    const counts = await streamedCounts(deps, connection);
    if (counts?.updated !== 1) throw new Error(JSON.stringify(counts));
  } finally {
    diagnostics.unsubscribe('http.client.request.start', see);
  }
  return rowToPutOf(sent);
}

/** @param sent - operations in their order; what comes after the first PUT is not of it */
export function rowToPutOf(sent: readonly string[]): RowToPut {
  const end = sent.indexOf('PUT');
  if (end === -1) throw new Error(`no PUT was sent: ${sent.join(', ')}`);
  const calls: Record<string, number> = {};
  for (const name of sent.slice(0, end + 1)) calls[name] = (calls[name] ?? 0) + 1;
  const beyond = (name: string) => Math.max(0, (calls[name] ?? 0) - (unavoidableCalls[name] ?? 0));
  const guard = sum(
    Object.entries(guardCalls).map(([name, count]) => Math.min(count, beyond(name))),
  );
  const floor = sum(Object.values(unavoidableCalls));
  return { calls, guard, ratio: (sum(Object.values(calls)) - guard) / floor };
}

const sum = (counts: readonly number[]) => counts.reduce((total, count) => total + count, 0);
