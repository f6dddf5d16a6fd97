import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { childEnvironment } from './child-environment.ts';
import { freePort } from '../../scripts/free-port.ts';

const entry = resolve(import.meta.dirname, '../../bin/trueup.mjs');

/** What is wrong around a command. */
export interface Failure {
  /** Options after the command's own. */
  readonly options: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** Sent once the command has called a server that never answers; one that calls none ends without it. */
  readonly signal?: NodeJS.Signals;
  /** Nobody reads what it prints. */
  readonly unread?: true;
}

/** How a process ended. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly output: string;
}

/** A folder with files that are wrong in many ways, and servers that are. */
export interface Failures {
  readonly failures: Readonly<Record<string, Failure>>;
  /** Runs a command in a process of its own, until that ends. */
  readonly run: (argv: readonly string[], failure: Failure) => Promise<Ended>;
  readonly close: () => Promise<void>;
}

/** A command line for each command, as it would work. */
export const commandLines: Readonly<Record<string, readonly string[]>> = {
  init: ['init'],
  validate: ['validate', 'fine.json'],
  plan: ['plan'],
  apply: ['apply', '--yes'],
  approve: ['approve', 'acme', '0123456789abcdef', '--yes'],
  status: ['status'],
  console: ['console', '--no-browser', '--idle', '1s'],
  login: ['login', 'acme', '--no-browser'],
  import: ['import', 'acme'],
  push: ['push', 'fine.json'],
  pull: ['pull'],
  reconcile: ['reconcile', 'acme'],
  retry: ['retry', 'acme'],
  watch: ['watch', '--every', '10s'],
  history: ['history', 'acme'],
  pause: ['pause', 'acme'],
  resume: ['resume', 'acme'],
  doctor: ['doctor'],
  demo: ['demo'],
  version: ['version'],
};

const keys = { AWS_REGION: 'eu-central-1', AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b' };

/** Starts them. */
export async function startFailures(): Promise<Failures> {
  const folder = await mkdtemp(join(tmpdir(), 'trueup-ends-'));
  const silent = await startSilent();
  const closed = `http://127.0.0.1:${await freePort()}`;
  await writeFile(join(folder, 'fine.json'), JSON.stringify(declaration(silent.url)));
  await writeFile(join(folder, 'down.json'), JSON.stringify(declaration(closed)));
  await writeFile(join(folder, 'broken.yaml'), 'connection: [');
  await writeFile(join(folder, 'secrets.json'), '{"trueup/acme/token":"token"}', { mode: 0o600 });
  await mkdir(join(folder, 'held', 'local'), { recursive: true });
  await writeFile(join(folder, 'held', 'local', 'holder'), String(process.pid));
  await mkdir(join(folder, 'damaged'));
  await writeFile(join(folder, 'damaged', 'state.db'), 'this is no database', { mode: 0o600 });
  const hosts = [silent.url, closed].map((url) => `barndoor=${new URL(url).host}`).join(',');
  const files = (name: string, state = '.trueup') => ({
    options: ['--file', name, '--secrets', 'secrets.json', '--state', state],
    environment: { TRUEUP_ALLOWED_HOSTS: hosts },
  });
  const stack = { options: ['--stack', 'none'] };
  const aws = (url: string) => ({ ...keys, AWS_ENDPOINT_URL: url, AWS_MAX_ATTEMPTS: '2' });
  const failures: Record<string, Failure> = {
    'a folder that is in use': { options: ['--local', '--state', 'held'] },
    'a file that does not exist': files('absent.yaml'),
    'a file that does not parse': files('broken.yaml'),
    'a damaged state file': files('fine.json', 'damaged'),
    'a gateway that is down': files('down.json'),
    'SIGTERM, while the gateway does not answer': { ...files('fine.json'), signal: 'SIGTERM' },
    'SIGINT, while the gateway does not answer': { ...files('fine.json'), signal: 'SIGINT' },
    'output that is not read': { ...files('down.json'), unread: true },
    'no region': stack,
    'AWS that is down': { ...stack, environment: aws(closed) },
    'SIGTERM, while AWS does not answer': {
      ...stack,
      environment: aws(silent.url),
      signal: 'SIGTERM',
    },
    'SIGTERM, while a table does not answer': {
      options: ['--desired-table', 'Desired', '--ledger-table', 'Ledger'],
      environment: { ...aws(silent.url), TRUEUP_ALLOWED_HOSTS: hosts },
      signal: 'SIGTERM',
    },
  };
  return {
    failures,
    run: (argv, failure) => runFailing(argv, failure, folder, silent),
    close: async () => {
      await silent.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Goes on by design until it is stopped, also where its output is not read. */
export const isWatch = ([command]: readonly string[]) => command === 'watch';

async function runFailing(
  argv: readonly string[],
  { options, environment, signal, unread }: Failure,
  cwd: string,
  silent: SilentServer,
): Promise<Ended> {
  // Neither a configuration nor a metadata service of this machine.
  const own = { AWS_EC2_METADATA_DISABLED: 'true', AWS_CONFIG_FILE: '/dev/null' };
  const child = spawn(process.execPath, [entry, ...argv, ...options], {
    cwd,
    env: { ...childEnvironment, HOME: cwd, ...own, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const heard = (text: string) => {
    output += text;
    // It goes on where a gateway is down; while it ends by itself, a signal would kill it.
    if (isWatch(argv) && !signal && /\bwatching\b/.test(text)) child.kill('SIGTERM');
  };
  for (const stream of [child.stdout, child.stderr]) {
    if (unread) stream.destroy();
    else stream.setEncoding('utf8').on('data', heard);
  }
  const asked = new AbortController();
  const send = () => void (signal && child.kill(signal));
  if (signal) silent.onCall(send, asked.signal);
  const [code, killedBy] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  asked.abort();
  return { code, signal: killedBy, output };
}

const declaration = (baseUrl: string) => ({
  connection: 'acme',
  provider: 'barndoor',
  baseUrl,
  auth: { type: 'bearer', token: { secret: 'trueup/acme/token' } },
  budget: { requestsPerMinute: 600 },
  servers: [{ id: '00000000-0000-4000-8000-000000000001', spec: { name: 'One' } }],
});

interface SilentServer {
  readonly url: string;
  /** Calls `heard` at the next request, unless `signal` has aborted. */
  readonly onCall: (heard: () => void, signal: AbortSignal) => void;
  readonly close: () => Promise<void>;
}

/** Takes connections, and says nothing. */
async function startSilent(): Promise<SilentServer> {
  const sockets = new Set<Socket>();
  const calls = new EventTarget();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('data', () => calls.dispatchEvent(new Event('call')));
  });
  const port = await listening(server);
  return {
    url: `http://127.0.0.1:${port}`,
    onCall: (heard, signal) => calls.addEventListener('call', heard, { signal, once: true }),
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

async function listening(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}
