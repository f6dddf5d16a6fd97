import { expect } from '@jest/globals';
import type { Reason } from '../../../lib/model/ledger.types.ts';
import { preview } from '../../../lib/pass/preview.ts';
import { outcomesOf } from '../../../test/support/world.ts';
import { connection } from './world.ts';
import type { RealWorld } from './world.ts';

/** What a plan of the server would change, each as `cause pointer`. */
export async function planned(world: RealWorld, id: string): Promise<readonly string[]> {
  const request = { connection, trigger: 'cli', servers: [id] } as const;
  const { plan } = await preview(request, world.deps);
  return plan.changes.flatMap(({ changes }) =>
    changes.map(({ pointer, cause }) => `${cause} ${pointer}`),
  );
}

export async function reasonOf(world: RealWorld, id: string): Promise<Reason | undefined> {
  return (await world.deps.ledger.read(connection)).servers.get(id)?.reason;
}

/** A pass that updates the server with so many calls, after which nothing is left to do, and a second one that shows it. */
export async function expectSettled(
  world: RealWorld,
  id: string,
  outcome: 'inSync' | 'assumed',
  { put = 1, get = 0 } = {},
): Promise<void> {
  const report = await world.pass({ servers: [id] });
  expect(outcomesOf(report)).toEqual({ updated: 1 });
  expect(report.vendorCalls).toMatchObject({ list: 1, get, put });
  expect(await planned(world, id)).toEqual([]);
  const again = await world.pass({ servers: [id] });
  expect(outcomesOf(again)).toEqual({ [outcome]: 1 });
  expect(again.vendorCalls).toMatchObject({ list: 1, get: 0, put: 0 });
}
