import { parseArgs } from 'node:util';
import { durationPattern, parseDuration } from '../../lib/model/duration.ts';
import type { Fleet } from './bill.ts';
import { ownPrices } from './own-prices.ts';
import { prices, type Prices } from './prices.ts';

export interface CostOptions {
  readonly fleets: readonly Fleet[];
  readonly prices: Prices;
  /** Whether docs/cost.md is written. */
  readonly write: boolean;
}

/** The fleets of docs/cost.md. */
const connectionsOfPage = [1, 100, 10_000];

/** @throws Error that names the option or the file */
export function readOptions(args: readonly string[]): CostOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      connections: { type: 'string' },
      servers: { type: 'string', default: '20' },
      every: { type: 'string', default: '5m' },
      secrets: { type: 'string', default: 'shared' },
      prices: { type: 'string' },
      write: { type: 'boolean', default: false },
    },
  });
  const { connections, secrets, write } = values;
  const every = durationPattern.test(values.every) ? parseDuration(values.every) : undefined;
  if (every === undefined) throw new RangeError('--every must be a duration such as 5m');
  if (secrets !== 'shared' && secrets !== 'each') {
    throw new RangeError('--secrets must be shared or each');
  }
  if (write && args.length > 1) throw new RangeError('--write takes no other option');
  const servers = whole(values.servers, 'servers');
  const counts =
    connections === undefined ? connectionsOfPage : [whole(connections, 'connections')];
  return {
    fleets: counts.map((count) => ({
      connections: count,
      servers,
      secrets,
      everyMinutes: every / 60_000,
    })),
    prices: values.prices === undefined ? prices : ownPrices(values.prices),
    write,
  };
}

function whole(text: string, name: string): number {
  if (/^[1-9]\d{0,6}$/.test(text)) return Number(text);
  throw new RangeError(`--${name} must be a whole number from 1`);
}
