import { renderTable } from '../../harness/render.ts';
import type { Calls, Results, Spread, Sweep } from '../results.types.ts';
import { count } from './targets.ts';

const seconds = (value: number) =>
  `${value.toLocaleString('en', { maximumFractionDigits: value < 10 ? 2 : 0 })} s`;
const cells = ({ p50, p90, p99, most }: Spread) => [p50, p90, p99, most].map(seconds);
const spreadHead = ['half of them', '90 of 100', '99 of 100', 'all'];
const percent = (share: number) => `${Math.round(100 * share)}%`;

const picture = (name: string, text: string) => `![${text}](scale/${name})`;

function sweepRow({ workers, served, pass, connections }: Sweep): string[] {
  const rate = count(Math.round(connections / served.most));
  return [count(workers), ...cells(served), seconds(pass.p50), rate];
}

export function sweepSection({ sweeps, throttled, undersized }: Results): string[] {
  const { connections } = undersized;
  const { quota, refused, returned, unserved, deadLetters } = throttled;
  const kept = `${count(throttled.workers)}, with the quota`;
  return [
    '## A sweep, by workers',
    '',
    `From the schedule’s event until a connection has had its pass, ${count(connections)} connections of 20 servers in sync. A worker is a process of the queue’s function; \`concurrency\` is how many there may be.`,
    '',
    picture('sweep.svg', 'Seconds of a sweep by workers'),
    '',
    ...renderTable(
      ['workers', ...spreadHead, 'one pass', 'passes a second'],
      [...[undersized, ...sweeps].map(sweepRow), [kept, ...sweepRow(throttled).slice(1)]],
    ),
    '',
    'More workers than Lambda has added by then do nothing: it begins with 5 and adds 300 a minute.',
    '',
    `**What stops more workers first is Secrets Manager**: a pass calls ListSecrets once for each 100 secrets of its connection, and AWS takes ${quota} of these calls a second in an account and region, a quota that it does not raise. All rows but the last are as if there were no such quota. In the last one calls above ${quota} a second, of ListSecrets and of BatchGetSecretValue each, are refused and repeated as the SDK does: ${count(refused)} were refused, and ${count(returned)} passes failed for it, whose messages come again a minute later (${count(deadLetters)} became dead letters)${unserved > 0 ? ` (${count(unserved)} more failed in the scheduled function itself, and wait for its next event)` : ''}. So ${quota} passes a second are the most of one account and region, whatever \`concurrency\` is: ${count(quota * 300)} connections every five minutes.`,
    '',
    ...undersizedText(undersized),
  ];
}

function undersizedText(undersized: Results['undersized']): string[] {
  const { workers, minutes, messages, between, overtaken, served } = undersized;
  const isTooFew = served.most > 300;
  return [
    picture('oldest.svg', 'Age of the oldest message over time'),
    '',
    [
      `With ${count(workers)} workers a sweep takes ${isTooFew ? 'longer' : 'no longer'} than the five minutes of the schedule, which goes on for ${minutes} minutes here.`,
      isTooFew
        ? `That is safe, and later than declared: ${percent(overtaken)} of the messages find that their connection had a full pass since they were due, and cost one read.`
        : '',
      `The queue has at most ${count(messages.most)} messages, and ${count(messages.atEnd)} at the end. Half of the connections have a pass every ${seconds(between.p50)}, all of them within ${seconds(between.most)}.`,
    ]
      .filter((text) => text !== '')
      .join(' '),
  ];
}

export function neighbourSection({ neighbour }: Results): string[] {
  const { connections, workers, changed, without, beside, passes, knocks, puts } = neighbour;
  return [
    `## One connection with ${count(changed)} changed servers`,
    '',
    `All of its rows are written in the second in which the schedule’s event comes: the stream, the queue and the schedule ask for it together. The other ${count(connections - 1)} connections are in sync; ${workers} workers.`,
    '',
    ...renderTable(
      ['the others', ...spreadHead],
      [
        ['without it', ...cells(without)],
        ['beside it', ...cells(beside)],
      ],
    ),
    '',
    `It takes one worker, and no second one: a request that comes meanwhile is left with the process that works on the connection (${count(knocks)} times). ${count(puts)} PUTs in ${count(passes)} passes, the last after ${seconds(neighbour.seconds)}; its budget is set so high that none waits for it (with 300 requests a minute it would be ${Math.ceil(changed / 290)} minutes).`,
  ];
}

export function downSection({ down }: Results): string[] {
  const named = { none: 'none', timeout: 'no answer', '503': '503 at once' };
  return [
    '## Gateways that are down',
    '',
    `Of ${count(down.connections)} connections with ${down.workers} workers, some whose gateway is down while the schedule goes on. The times are of all others, since its first and its second event; until the last of them had its pass, workers spent the seconds of the last column on those that are down.`,
    '',
    ...renderTable(
      [
        'down',
        'how',
        'first: half',
        '99 of 100',
        'second: half',
        '99 of 100',
        'spent on those that are down',
      ],
      down.cases.map(({ down: number, how, first, second, spent }) => [
        count(number),
        named[how],
        seconds(first.p50),
        seconds(first.p99),
        seconds(second.p50),
        seconds(second.p99),
        `${count(Math.round(spent))} worker seconds`,
      ]),
    ),
    '',
    'A call that is not answered takes 15 s, and is not repeated within the pass: a silent gateway holds its worker for that long. Then it waits a minute, and longer each time, up to an hour. One such connection delays no other. Where many are down at once, as when a gateway that many connections share gives no answer, their attempts take workers from the others until the waits have grown; an error that is answered at once does not. More `concurrency` moves that.',
  ];
}

export function outageSection({ outage }: Results): string[] {
  const { connections, workers, minutes, messages, servedSeconds, goneSeconds, overtaken } = outage;
  return [
    `## After an outage of ${minutes} minutes`,
    '',
    `The queue’s function does not run, as when the account has no concurrency left, while the schedule adds ${count(connections)} messages every five minutes. Then it runs again, with ${workers} workers.`,
    '',
    picture('outage.svg', 'Messages in the queue over time'),
    '',
    `${count(messages)} messages wait at the end of the outage. Each connection has had a pass ${seconds(servedSeconds)} later, and the backlog is gone after ${seconds(goneSeconds)}: ${percent(overtaken)} of the messages find that their connection had a full pass since they were due, and cost one read.`,
  ];
}

export function passSection({ embedded, processor, large }: Results): string[] {
  const names = [...new Set([...Object.keys(embedded.calls), ...Object.keys(large.calls)])]
    .filter((name) => !name.startsWith('invoke'))
    .toSorted();
  const cell = (calls: Calls, name: string) => {
    const value = calls[name];
    return value === undefined ? '' : value.toLocaleString('en', { maximumFractionDigits: 2 });
  };
  return [
    '## One pass',
    '',
    `Calls of a pass in sync, on average over a sweep by new processes: of 20 servers on the embedded world and in virtual time, of 1,000 in virtual time. The receive and the deletion of its message are Lambda’s. Credentials are read (BatchGetSecretValue) by each process that has not had the connection before, and kept.`,
    '',
    ...renderTable(
      [
        'call',
        '20 servers, embedded world',
        '20 servers, virtual time',
        '1,000 servers, virtual time',
      ],
      names.map((name) => [
        name === 'list' ? 'list (gateway)' : name,
        cell(embedded.calls, name),
        cell(embedded.virtualCalls, name),
        cell(large.calls, name),
      ]),
    ),
    '',
    `Processor time on this machine, measured: ${processor.of20.toFixed(1)} ms for a pass of 20 servers, which is ${processor.pass.toFixed(1)} ms and ${processor.server.toFixed(2)} ms for each server.`,
    '',
    `The sweep of ${embedded.connections} connections by ${embedded.workers} workers took ${seconds(embedded.seconds)} in real time and ${seconds(embedded.virtualSeconds)} in virtual time.`,
  ];
}
