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
    'Extra cost of options, not in the sum above:',
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
    '## What one more costs',
    '',
    'What one more connection or server adds to the monthly bill, and what one change or rotation costs. The columns are the size of the fleet: connections × servers of each. A connection comes with its servers. A change is a row that was written and reaches the gateway. A rotation is a new value of a secret, from its event to the gateway, without the call that stores the value. Both are measured in a connection of 100 servers.',
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
    '## One shared secret, or one for each server',
    '',
    'Secrets dominate the bill of a large fleet, and a shared secret for the servers of a connection costs about a tenth. The last two columns are the whole bill. If the shared secret also has the credentials of the connection itself, each connection needs one secret. [Rotation](rotation.md#one-secret-for-the-servers-of-a-connection) says what you give up when servers share a secret.',
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
    'What Trueup costs on AWS in a month, for three fleets and for yours. Computed from measured units and list prices, and not yet compared with a bill. `npm run cost -- --write` writes this page: do not edit it.',
    '',
    'For the bill of your own fleet, in a clone:',
    '',
    '```sh',
    'npm run cost -- --connections 50 --servers 20 --every 5m --secrets shared',
    '```',
    '',
    '- `--secrets each` gives every server a secret of its own.',
    '- `--prices FILE` replaces the list prices with yours: a JSON object such as `{ "secret": { "usd": 0.36, "per": 1 } }`, with the names of the [last table](#prices).',
    '',
    ...renderOneMore(oneMore),
    ...renderSecrets(shared, each, prices),
    ...shared.flatMap(renderBill),
    '## How the figures are made',
    '',
    `- **Measured**: calls and DynamoDB's units, by the scenarios of \`bench/counts.json\`; bytes of log (${Math.round(measured.logBytes.pass)} for each pass, ${Math.round(measured.logBytes.invocation)} for each invocation) and metrics, by a run of the scheduled function; alarms and memory, from the template.`,
    `- **Assumed**: ${changes} change for each server and month; ${vendorSeconds} s for each call of a gateway and ${passSeconds} s for the rest of a pass; ${number(polls)} receives by Lambda's pollers of the queue; ${secretBytes} bytes for each server in a shared secret (64 KB at most).`,
    `- **Assumed for KMS**: ${connectionsOfProcess} connections to DynamoDB in each process, ${queueProcesses} processes of the queue, and a request for the keys of both tables for each of them every five minutes.`,
    `- **Assumed for the options**: access tokens of ${tokenMinutes} minutes, and a read of the token in each pass; ${number(natBytes.server)} bytes through NAT for each server and ${number(natBytes.call)} for each call.`,
    "- **Not included**: storage, point-in-time recovery, KMS keys of your own, data out to the internet, free tiers, tax. Secrets under AWS's own key (`aws/secretsmanager`) and queues under SQS's key cost no requests to KMS.",
    '',
    '## Prices',
    '',
    `List prices of us-east-1, and the pages where AWS publishes them. They may have changed since ${pricesAt}, when copies of these pages were checked. **Verified** means that the copy showed the price. **Unverified** means that it did not (a script fills in most tables of these pages), and the price comes from other sites.`,
    '',
    '| price | USD | per | page | status |',
    '|---|---:|---:|---|---|',
    ...Object.entries<Price>(prices).map(
      ([name, { usd, per, page, isVerified }]) =>
        `| ${name} | ${usd} | ${number(per)} | ${page} | ${isVerified ? 'verified' : '**unverified**'} |`,
    ),
    '',
  ].join('\n');
}
