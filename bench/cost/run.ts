/**
 * A month's bill, and what one more connection, server, change and rotation costs: `npm run cost -- --connections N --servers N --every 5m --secrets shared|each --prices FILE`. Without
 * `--connections`, the three fleets of docs/cost.md, which `--write` writes.
 */
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { format } from 'prettier';
import { billOf, type Fleet } from './bill.ts';
import { measureForBill } from './measure.ts';
import { marginalOf } from './marginal.ts';
import { readOptions, type CostOptions } from './options.ts';
import { renderBill, renderDocument, renderOneMore } from './render.ts';

async function run({ fleets, prices, write }: CostOptions): Promise<void> {
  const measured = await measureForBill();
  const bill = (fleet: Fleet) => ({ fleet, lines: billOf(fleet, measured, prices) });
  const oneMore = fleets.map((fleet) => ({
    fleet,
    own: marginalOf({ ...fleet, secrets: 'each' }, measured, prices),
    shared: marginalOf({ ...fleet, secrets: 'shared' }, measured, prices),
  }));
  if (write) {
    const [shared, each] = (['shared', 'each'] as const).map((secrets) =>
      fleets.map((fleet) => bill({ ...fleet, secrets })),
    );
    const text = renderDocument(
      { shared: shared ?? [], each: each ?? [], oneMore },
      measured,
      prices,
    );
    const file = resolve(import.meta.dirname, '../../docs/cost.md');
    writeFileSync(file, await format(text, { parser: 'markdown' }));
  }
  for (const lines of [...fleets.map((fleet) => renderBill(bill(fleet))), renderOneMore(oneMore)]) {
    const text = lines.join('\n');
    // oxlint-disable-next-line no-await-in-loop -- in their order
    process.stdout.write(await format(text, { parser: 'markdown' }));
  }
}

let options: CostOptions | undefined;
try {
  options = readOptions(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`cost: ${(error as Error).message}\n`);
  process.exitCode = 2;
}
if (options) await run(options);
