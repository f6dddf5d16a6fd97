import { billOf, serversSecrets, type Fleet } from '../../cost/bill.ts';
import { measureForBill } from '../../cost/measure.ts';
import { prices } from '../../cost/prices.ts';
import { totalOf } from '../../cost/render.ts';
import type { FleetBill } from '../results.types.ts';

/** A month's bill of each fleet, both ways of keeping secrets. */
export async function bills(
  fleets: readonly Pick<Fleet, 'connections' | 'servers'>[],
  everyMinutes: number,
): Promise<FleetBill[]> {
  const measured = await measureForBill();
  return fleets.flatMap((one) =>
    (['shared', 'each'] as const).map((secrets) => {
      const fleet: Fleet = { ...one, secrets, everyMinutes };
      const lines = billOf(fleet, measured, prices);
      const { readUnits, writeUnits } = measured.pass(one.servers);
      const keys = lines.find(({ price, onlyWith }) => price === 'kmsRequest' && !onlyWith);
      return {
        ...fleet,
        secretsInAll: one.connections * (serversSecrets(fleet) + 1) + 1,
        total: totalOf(lines),
        lines: lines
          .filter(({ onlyWith }) => onlyWith === undefined)
          .map(({ what, usd }) => ({ what, usd })),
        readUnits,
        writeUnits,
        logBytesOfPass: measured.logBytes.pass + measured.logBytes.invocation,
        kmsRequests: keys?.units ?? 0,
      };
    }),
  );
}
