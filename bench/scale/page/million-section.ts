import { renderTable } from '../../harness/render.ts';
import type { Results } from '../results.types.ts';
import { millionsOf, type Million, type Need } from './million.ts';
import { quotas, quotasAt, type Quota } from './quotas.ts';
import { count } from './targets.ts';

const figure = (value: number) =>
  value.toLocaleString('en', { maximumFractionDigits: value < 10 ? 2 : 0 });
const times = (share: number) => `${share.toLocaleString('en', { maximumSignificantDigits: 2 })} ×`;
const money = (usd: number) => `$${usd.toLocaleString('en', { maximumFractionDigits: 0 })}`;

function needRow({ what, quota, need, share, basis, setting, onlyWith }: Need): string[] {
  const limit: Quota = quotas[quota];
  const shown = share > 1 ? `**${times(share)}**` : times(share);
  return [
    onlyWith === undefined ? what : `${what} (only with ${onlyWith})`,
    figure(need),
    `${figure(limit.limit)}${limit.isAdjustable ? '' : ', fixed'}${limit.isVerified ? '' : ' (unverified)'}`,
    shown,
    basis,
    setting,
  ];
}

/** Those that every deployment meets. */
const always = ({ needs }: Million) => needs.filter(({ onlyWith }) => onlyWith === undefined);

/** What breaks first, in a line. */
export function firstToBreak(million: Million): string {
  const over = always(million).filter(({ share }) => share > 1);
  const [first] = over.length > 0 ? over : always(million);
  const fleet = `${count(million.connections)} connections of ${count(million.servers)}`;
  if (!first) return fleet;
  const { what, share, setting } = first;
  return over.length > 0
    ? `${fleet}: ${what} is ${times(share)} its quota; what moves it: ${setting}`
    : `${fleet}: nothing is above its quota; nearest is ${what}, ${times(share)}`;
}

function billRows({ bills }: Million): string[][] {
  return bills.map(({ secrets, total, lines }) => [
    secrets === 'shared' ? 'shared by the servers of a connection' : 'one for each server',
    money(total),
    lines
      .slice(0, 4)
      .map(({ what, usd }) => `${what} ${money(usd)}`)
      .join('; '),
  ]);
}

function fleetSection(million: Million): string[] {
  const { connections, servers, passesASecond, workerSeconds, workers, needs } = million;
  return [
    `### ${count(connections)} connections of ${count(servers)} servers`,
    '',
    `A pass for each connection every five minutes is ${figure(passesASecond)} passes a second (computed). One takes a worker ${figure(workerSeconds)} s (virtual time), so \`concurrency\` ${count(workers)} leaves a fifth of them idle (computed). Rates are averages over the interval.`,
    '',
    ...renderTable(
      ['what', 'needed', 'default quota', 'needed to quota', 'basis', 'what moves it'],
      needs.map(needRow),
    ),
    '',
    'A month (computed, as in [cost.md](cost.md); credentials that new processes read are not in it, up to one call of Secrets Manager a pass):',
    '',
    ...renderTable(['secrets', 'a month', 'of it'], billRows(million)),
    '',
  ];
}

export function millionSection(results: Results): string[] {
  const pages = new Set(Object.values<Quota>(quotas).map(({ page }) => page));
  return [
    '## A million servers',
    '',
    'Carried over from the calls of one pass; nothing of this was run on AWS. A quota is of an account in a region, as AWS sets it by default.',
    '',
    ...millionsOf(results).flatMap(fleetSection),
    `Quotas as AWS publishes them, looked up on ${quotasAt}; unverified: no copy of the page showed it, and it comes from other sites. Fixed: AWS does not raise it.`,
    '',
    ...[...pages].map((page) => `- ${page}`),
    '',
  ];
}
