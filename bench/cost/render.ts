import { assumptions, type Fleet, type Line, type Measured } from './bill.ts';
import { prices, pricesAt, type Price } from './prices.ts';

export interface Bill {
  readonly fleet: Fleet;
  readonly lines: readonly Line[];
}

const money = (usd: number) =>
  `$${usd.toLocaleString('en', { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`;
const number = (count: number) =>
  count.toLocaleString('en', { maximumFractionDigits: count < 10 ? 2 : 0 });

export function renderBill({
  fleet: { connections, servers, everyMinutes },
  lines,
}: Bill): string[] {
  const total = lines.reduce((sum, { usd }) => sum + usd, 0);
  const [dearest] = lines;
  const share = dearest ? Math.round((100 * dearest.usd) / total) : 0;
  return [
    `## ${number(connections)} ${connections === 1 ? 'connection' : 'connections'} of ${number(servers)} servers, every ${everyMinutes} minutes`,
    '',
    `${money(total)} a month; ${share}% of it is **${dearest?.what}**.`,
    '',
    '| what | units | a month |',
    '|---|---:|---:|',
    ...lines.map(({ what, units, usd }) => `| ${what} | ${number(units)} | ${money(usd)} |`),
    '',
  ];
}

export function renderDocument(bills: readonly Bill[], measured: Measured): string {
  const { changes, vendorSeconds, passSeconds, polls } = assumptions;
  return [
    '# What a month costs',
    '',
    'Written by `npm run cost -- --write`: do not edit. `npm run cost -- --connections N --servers N --every 5m` makes the bill of another fleet.',
    '',
    `Units are measured: calls and DynamoDB's units by the scenarios of \`bench/counts.json\`, bytes of log (${Math.round(measured.logBytes.pass)} a pass, ${Math.round(measured.logBytes.invocation)} an invocation) and metrics by a run of the scheduled function, alarms and memory from the template. Assumed: ${changes} change a server and month, ${vendorSeconds} s for a call of the vendor, ${passSeconds} s for the rest of a pass, ${number(polls)} receives by Lambda's pollers of the queue. Not in it: storage, point-in-time recovery, KMS keys of your own, free tiers, tax.`,
    '',
    ...bills.flatMap(renderBill),
    '## Prices',
    '',
    `List prices of us-east-1, looked up on ${pricesAt} in stored copies of the pages named; they may have changed since. One without a page was not confirmed.`,
    '',
    '| price | USD | per | page |',
    '|---|---:|---:|---|',
    ...Object.entries<Price>(prices).map(
      ([name, { usd, per, source = '**not confirmed**' }]) =>
        `| ${name} | ${usd} | ${number(per)} | ${source} |`,
    ),
    '',
  ].join('\n');
}
