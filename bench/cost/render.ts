import { assumptions, type Fleet, type Line, type Measured } from './bill.ts';
import type { Marginal } from './marginal.ts';
import { pricesAt, type Price, type Prices } from './prices.ts';

export interface Bill {
  readonly fleet: Fleet;
  readonly lines: readonly Line[];
}

/** What one more of each costs, at the size of each fleet. */
export interface OneMore {
  readonly fleet: Fleet;
  readonly own: Marginal;
  readonly shared: Marginal;
}

/** Three digits that count: a change costs less than a cent. */
const small = (usd: number) =>
  usd >= 1 ? money(usd) : `$${usd.toLocaleString('en', { maximumSignificantDigits: 3 })}`;

const money = (usd: number) =>
  `$${usd.toLocaleString('en', { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`;
const number = (count: number) =>
  count.toLocaleString('en', { maximumFractionDigits: count < 10 ? 2 : 0 });

/** What every deployment of this fleet costs. */
export function totalOf(lines: readonly Line[]): number {
  return lines.reduce((sum, { usd, onlyWith }) => (onlyWith === undefined ? sum + usd : sum), 0);
}

export function renderBill({
  fleet: { connections, servers, secrets, everyMinutes },
  lines,
}: Bill): string[] {
  const total = totalOf(lines);
  const always = lines.filter(({ onlyWith }) => onlyWith === undefined);
  const only = lines.filter(({ onlyWith }) => onlyWith !== undefined);
  const [dearest] = always;
  const share = dearest ? Math.round((100 * dearest.usd) / total) : 0;
  const kind = secrets === 'each' ? 'a secret for each server' : 'a shared secret for the servers';
  return [
    `## ${number(connections)} ${connections === 1 ? 'connection' : 'connections'} of ${number(servers)} servers, every ${everyMinutes} minutes`,
    '',
    `With ${kind} of a connection: ${money(total)} a month; ${share}% of it is **${dearest?.what}**.`,
    '',
    '| what | units | a month |',
    '|---|---:|---:|',
    ...always.map(({ what, units, usd }) => `| ${what} | ${number(units)} | ${money(usd)} |`),
    '',
    'Only with what the first column names, and not in the sum:',
    '',
    '| only with | what | units | a month |',
    '|---|---|---:|---:|',
    ...only.map(
      ({ onlyWith, what, units, usd }) =>
        `| ${onlyWith} | ${what} | ${number(units)} | ${money(usd)} |`,
    ),
    '',
  ];
}

export function renderOneMore(all: readonly OneMore[]): string[] {
  const row = (what: string, of: (one: OneMore) => number) =>
    `| ${what} | ${all.map((one) => small(of(one))).join(' | ')} |`;
  const heads = all.map(
    ({ fleet: { connections, servers } }) => `with ${number(connections)} × ${number(servers)}`,
  );
  return [
    '## One more',
    '',
    'What one more costs with a fleet of so many connections × servers of each; of connections and servers for a month, of changes and rotations each. A connection comes with its servers. A change is a row that was written and reaches the gateway; a rotation is a secret whose value changed, from its event to the gateway, without the call that wrote the value. Both are measured in a connection of 100 servers.',
    '',
    `| one more | ${heads.join(' | ')} |`,
    `|---|${all.map(() => '---:').join('|')}|`,
    row(
      'connection, a month, with a shared secret for its servers',
      ({ shared }) => shared.connection,
    ),
    row('connection, a month, with a secret for each server', ({ own }) => own.connection),
    row('server, a month, in a shared secret', ({ shared }) => shared.server),
    row('server, a month, with a secret of its own', ({ own }) => own.server),
    row('change', ({ shared }) => shared.change),
    row('rotation', ({ shared }) => shared.rotation),
    '',
  ];
}

/** The same fleets both ways: the lines of secrets, and the whole. */
function renderSecrets(shared: readonly Bill[], each: readonly Bill[], prices: Prices): string[] {
  const secretsOf = ({ lines }: Bill) => lines.find(({ price }) => price === 'secret')?.usd ?? 0;
  const rows = shared.map((one, index) => {
    const { fleet, lines } = one;
    const other = each[index] ?? one;
    const token = (fleet.connections * prices.secret.usd) / prices.secret.per;
    return [
      number(fleet.connections),
      number(fleet.servers),
      money(secretsOf(other)),
      money(secretsOf(one)),
      money(secretsOf(one) - token),
      money(totalOf(other.lines)),
      money(totalOf(lines)),
    ].join(' | ');
  });
  return [
    '## One secret for all servers, or one for each',
    '',
    'The last two columns are the whole bill. Where the credentials of the connection itself are in the shared secret too, it is one secret for a connection. What sharing gives up is in [rotation.md](rotation.md#one-secret-for-the-servers-of-a-connection).',
    '',
    "| connections | servers of each | secrets: one each | secrets: shared | secrets: shared, with the connection's own | bill: one each | bill: shared |",
    '|---:|---:|---:|---:|---:|---:|---:|',
    ...rows.map((row) => `| ${row} |`),
    '',
  ];
}

export function renderDocument(
  {
    shared,
    each,
    oneMore,
  }: {
    readonly shared: readonly Bill[];
    readonly each: readonly Bill[];
    readonly oneMore: readonly OneMore[];
  },
  measured: Measured,
  prices: Prices,
): string {
  const { changes, vendorSeconds, passSeconds, polls, secretBytes, tokenMinutes } = assumptions;
  const { connectionsOfProcess, queueProcesses, natBytes } = assumptions;
  return [
    '# What a month costs',
    '',
    'Written by `npm run cost -- --write`: do not edit. `npm run cost -- --connections N --servers N --every 5m --secrets shared` makes the bill of another fleet; with `--secrets each` every server has a secret of its own. `--prices FILE` takes your own prices in place of these: a JSON object such as `{ "secret": { "usd": 0.36, "per": 1 } }`, by the names of the last table.',
    '',
    `Units are measured: calls and DynamoDB's units by the scenarios of \`bench/counts.json\`, bytes of log (${Math.round(measured.logBytes.pass)} a pass, ${Math.round(measured.logBytes.invocation)} an invocation) and metrics by a run of the scheduled function, alarms and memory from the template. Assumed: ${changes} change a server and month, ${vendorSeconds} s for a call of the gateway, ${passSeconds} s for the rest of a pass, ${number(polls)} receives by Lambda's pollers of the queue, ${secretBytes} bytes of a server in a shared secret (64 KB at most), ${connectionsOfProcess} connections to DynamoDB of each process and ${queueProcesses} processes of the queue, and both tables' keys are asked of KMS for each of these every five minutes; access tokens of ${tokenMinutes} minutes, read by each pass; ${number(natBytes.server)} bytes through NAT for each server and ${number(natBytes.call)} for each call. Not in it: storage, point-in-time recovery, KMS keys of your own, data out to the internet, free tiers, tax. Secrets under AWS's own key (\`aws/secretsmanager\`) and queues under SQS's cost no requests to KMS.`,
    '',
    ...renderOneMore(oneMore),
    ...renderSecrets(shared, each, prices),
    ...shared.flatMap(renderBill),
    '## Prices',
    '',
    `List prices of us-east-1 and the pages on which AWS publishes them; they may have changed since ${pricesAt}, when copies of these pages were looked at. Verified: the copy showed the price. Unverified: it did not (most tables of these pages are filled in by a script), and the price comes from other sites.`,
    '',
    '| price | USD | per | page | |',
    '|---|---:|---:|---|---|',
    ...Object.entries<Price>(prices).map(
      ([name, { usd, per, page, isVerified }]) =>
        `| ${name} | ${usd} | ${number(per)} | ${page} | ${isVerified ? 'verified' : '**unverified**'} |`,
    ),
    '',
  ].join('\n');
}
