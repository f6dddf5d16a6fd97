/**
 * Part of `npm run test:e2e`: begins runs and ends them in the middle, by a signal and by a failure, and looks for what
 * is left: processes, listening ports, folders.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

interface Case {
  readonly name: string;
  readonly parameters: readonly string[];
  /** The signal is sent after this line and the given delay. */
  readonly signal?: { readonly name: NodeJS.Signals; readonly after: string; readonly ms: number };
  readonly code: number;
}

const cases: readonly Case[] = [
  { name: 'that fails', parameters: ['--fail'], code: 1 },
  {
    name: 'with SIGINT in the middle of cdk deploy',
    parameters: [],
    signal: { name: 'SIGINT', after: 'cdk bootstrap (', ms: 4000 },
    code: 130,
  },
  {
    name: 'with SIGTERM while functions run',
    parameters: [],
    signal: { name: 'SIGTERM', after: "the stream's Lambda issues the PUT (", ms: 0 },
    code: 130,
  },
];

/** Processes whose environment, command or folder names the run's folder. */
function processesOf(folder: string): readonly string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      const place = join('/proc', pid);
      try {
        const told = [
          readFileSync(join(place, 'cmdline'), 'utf8'),
          readFileSync(join(place, 'environ'), 'utf8'),
          readlinkSync(join(place, 'cwd')),
        ];
        return told.some((text) => text.includes(folder)) ? [`${pid} ${told[0]}`] : [];
      } catch {
        // It has ended, or belongs to another user.
        return [];
      }
    });
}

async function isListening(url: string): Promise<boolean> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

/** Waits for the line, or until the process ends. */
async function said(text: () => string, line: string, isOver: () => boolean): Promise<void> {
  while (!text().includes(line) && !isOver()) {
    // oxlint-disable-next-line no-await-in-loop -- until it is so
    await sleep(100);
  }
}

async function tryOne({ name, parameters, signal, code }: Case): Promise<readonly string[]> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'run.ts'), ...parameters], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [output, most] = ['', 0];
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (data: Buffer) => (output += data.toString()));
  }
  const ended = once(child, 'close') as Promise<[number | null]>;
  const folder = () => /in (\S+\/trueup-e2e-\w+)/.exec(output)?.[1];
  if (signal) {
    await said(
      () => output,
      signal.after,
      () => child.exitCode !== null,
    );
    await sleep(signal.ms);
    most = processesOf(folder() ?? '?').length;
    child.kill(signal.name);
  }
  const [exit] = await ended;
  const path = folder();
  const urls = [...output.matchAll(/http:\/\/127\.0\.0\.1:\d+/g)].map(([url]) => url);
  if (path === undefined || urls.length < 3) return [`${name}: did not begin:\n${output}`];
  const listening = await Promise.all(urls.map(isListening));
  return [
    ...(exit === code ? [] : [`exited with ${exit}, not ${code}:\n${output}`]),
    ...(signal && most < 2 ? ['no process was there to be ended'] : []),
    ...processesOf(path).map((left) => `left: ${left}`),
    ...urls.filter((_, at) => listening[at]).map((url) => `still listening: ${url}`),
    ...(existsSync(path) ? [`left: ${path}`] : []),
  ].map((problem) => `${name}: ${problem}`);
}

if (!existsSync('/proc/self/environ')) {
  process.stdout.write('skipped what a run leaves behind: there is no /proc\n');
  process.exit();
}
for (const one of cases) {
  // oxlint-disable-next-line no-await-in-loop -- one at a time: they are heavy
  const problems = await tryOne(one);
  const told = problems.length === 0 ? 'ok     ' : 'FAILED ';
  process.stdout.write(`${told} a run ${one.name} leaves nothing behind\n`);
  for (const problem of problems) process.stdout.write(`        ${problem}\n`);
  if (problems.length > 0) process.exitCode = 1;
}
