import { readFileSync } from 'node:fs';
import * as z from 'zod/mini';
import { prices, type Price, type PriceName, type Prices } from './prices.ts';

const priceSchema = z.strictObject({
  usd: z.number().check(z.nonnegative()),
  per: z.number().check(z.positive()),
});

/**
 * The prices with a reader's own in place of some: a JSON object such as `{ "secret": { "usd": 0.36, "per": 1 } }`.
 *
 * @throws Error that names the file and the price
 */
export function ownPrices(file: string): Prices {
  const fail = (problem: string): never => {
    throw new Error(`${file}: ${problem}`);
  };
  const document = parsed(file, fail);
  if (typeof document !== 'object' || document === null || Array.isArray(document)) {
    return fail('must be an object of prices');
  }
  const own = Object.entries(document).map(([name, value]): [PriceName, Price] => {
    if (!isPriceName(name)) {
      return fail(`${name} is not a price; the prices are ${Object.keys(prices).join(', ')}`);
    }
    const { success, data } = priceSchema.safeParse(value);
    if (!success) {
      return fail(`${name} must be { "usd": 0 or more, "per": more than 0 } and nothing else`);
    }
    return [name, { ...data, page: file, isVerified: false }];
  });
  return { ...prices, ...Object.fromEntries(own) };
}

function parsed(file: string, fail: (problem: string) => never): unknown {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    return fail(`cannot be read: ${(error as NodeJS.ErrnoException).code}`);
  }
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return fail('is not JSON');
  }
}

const isPriceName = (name: string): name is PriceName => Object.hasOwn(prices, name);
