import { assumptions, billOf, type Fleet, type Measured } from './bill.ts';
import type { PriceName, Prices } from './prices.ts';

/** What one more of something costs: of connections and servers a month, of changes and rotations each. */
export interface Marginal {
  readonly connection: number;
  readonly server: number;
  readonly change: number;
  readonly rotation: number;
}

type Units = readonly (readonly [PriceName, number])[];

/** What one invocation takes that sends one PUT: the function, its log line, and two events (a server updated, a pass completed). */
function invocationUnits({ memoryGb, logBytes }: Measured): Units {
  const { passSeconds, vendorSeconds } = assumptions;
  return [
    ['lambdaRequest', 1],
    // A GET and a PUT.
    ['lambdaGbSecond', (passSeconds + 2 * vendorSeconds) * memoryGb],
    ['logGb', (logBytes.pass + logBytes.invocation) / 1e9],
    ['event', 2],
  ];
}

/** A row that was changed, until it is recorded that the gateway has it. */
export function changeUnits(measured: Measured): Units {
  const { readUnits, writeUnits, secretCalls } = measured.change;
  return [
    ...invocationUnits(measured),
    ['readUnit', readUnits],
    ['writeUnit', writeUnits],
    ['secretCall', secretCalls],
    ['streamRead', 1],
  ];
}

/** A secret that got another value, from its event on. The call that wrote the value is not Trueup's. */
export function rotationUnits(measured: Measured): Units {
  const { readUnits, writeUnits, secretCalls } = measured.rotation;
  return [
    ...invocationUnits(measured),
    ['readUnit', readUnits],
    ['writeUnit', writeUnits],
    ['secretCall', secretCalls],
    // Sent by EventBridge, received, deleted.
    ['queueRequest', 3],
  ];
}

/** At the size of a fleet. Where the next one begins another page of a list or another shared secret, that is in it. */
export function marginalOf(fleet: Fleet, measured: Measured, prices: Prices): Marginal {
  const total = (of: Fleet) =>
    billOf(of, measured, prices).reduce(
      (sum, { usd, onlyWith }) => (onlyWith === undefined ? sum + usd : sum),
      0,
    );
  const usdOf = (units: Units) =>
    units.reduce((sum, [name, count]) => {
      const { usd, per } = prices[name];
      return sum + (count * usd) / per;
    }, 0);
  const { connections, servers } = fleet;
  const now = total(fleet);
  return {
    connection: total({ ...fleet, connections: connections + 1 }) - now,
    // In each connection, and so many of them.
    server: (total({ ...fleet, servers: servers + 1 }) - now) / connections,
    change: usdOf(changeUnits(measured)),
    rotation: usdOf(rotationUnits(measured)),
  };
}
