/**
 * A month's bill: `npm run cost -- --connections N --servers N --every 5m`. Without them, the three fleets of
 * docs/cost.md, which `--write` writes.
 */
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { format } from 'prettier';
import { parseDuration } from '../../lib/model/duration.ts';
import { billOf, type Fleet } from './bill.ts';
import { measureForBill } from './measure.ts';
import { renderBill, renderDocument } from './render.ts';

const { values } = parseArgs({
  options: {
    connections: { type: 'string' },
    servers: { type: 'string', default: '20' },
    every: { type: 'string', default: '5m' },
    write: { type: 'boolean', default: false },
  },
});

const whole = (text: string, name: string): number => {
  if (/^[1-9]\d{0,6}$/.test(text)) return Number(text);
  throw new RangeError(`--${name} must be a whole number from 1`);
};
const every = parseDuration(values.every);
if (every === undefined) throw new RangeError('--every must be a duration such as 5m');
const fleet = (connections: number): Fleet => ({
  connections,
  servers: whole(values.servers, 'servers'),
  everyMinutes: every / 60_000,
});

const measured = await measureForBill();
const list =
  values.connections === undefined ? [1, 100, 10_000] : [whole(values.connections, 'connections')];
const bills = list.map((count) => ({ fleet: fleet(count), lines: billOf(fleet(count), measured) }));
if (values.write) {
  const text = await format(renderDocument(bills, measured), { parser: 'markdown' });
  writeFileSync(resolve(import.meta.dirname, '../../docs/cost.md'), text);
}
for (const bill of bills) {
  // oxlint-disable-next-line no-await-in-loop -- in their order
  process.stdout.write(await format(renderBill(bill).join('\n'), { parser: 'markdown' }));
}
