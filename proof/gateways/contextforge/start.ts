import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createWriteStream, existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** The version that everything here was found with. */
export const version = '1.1.0';

const cache = resolve(import.meta.dirname, '../../../.cache');
const constraints = join(import.meta.dirname, 'constraints.txt');

/** A real ContextForge on loopback, with sign-in on and SQLite. */
export interface ContextForge {
  readonly url: string;
  /** Of an administrator, so that what is absent answers 404. */
  readonly token: string;
  /** A token that may read and update gateways, and no more: as users are told to make one. */
  readonly leastToken: () => Promise<string>;
  /** Stops it and starts it again, with what it has stored. */
  readonly restart: () => Promise<void>;
  /** Stops it, whatever it is doing. */
  readonly stop: () => Promise<void>;
}

export interface ContextForgeOptions {
  /** 100 requests a minute, and five refusals are a lockout of 15 minutes: the gateway's own default. Off here. */
  readonly rateLimit?: boolean;
}

/**
 * Installs it at its pinned version into `.cache`, once, and starts one from nothing: a database, secrets and a temporary
 * folder of its own. It listens on 127.0.0.1 alone, and ends with this process.
 */
export async function startContextForge(
  folder: string,
  { rateLimit = false }: ContextForgeOptions = {},
): Promise<ContextForge> {
  const programs = installed();
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  // A character of each kind, as its own check of passwords wants.
  const secret = () => `Aa1!${randomBytes(36).toString('base64url')}`;
  const jwtKey = secret();
  const email = 'admin@example.com';
  const temporary = join(folder, 'tmp');
  mkdirSync(temporary, { recursive: true });
  const env = {
    PATH: process.env['PATH'],
    HOME: folder,
    TMPDIR: temporary,
    HOST: '127.0.0.1',
    PORT: String(port),
    DATABASE_URL: `sqlite:///${join(folder, 'mcp.db')}`,
    JWT_SECRET_KEY: jwtKey,
    AUTH_ENCRYPTION_SECRET: secret(),
    PLATFORM_ADMIN_EMAIL: email,
    PLATFORM_ADMIN_PASSWORD: secret(),
    DEFAULT_USER_PASSWORD: secret(),
    BASIC_AUTH_PASSWORD: secret(),
    ADMIN_REQUIRE_PASSWORD_CHANGE_ON_BOOTSTRAP: 'false',
    AUTH_REQUIRED: 'true',
    // The MCP servers of tests are on loopback.
    SSRF_ALLOW_LOCALHOST: 'true',
    RATE_LIMITING_ENABLED: String(rateLimit),
    MCPGATEWAY_UI_ENABLED: 'false',
    MCPGATEWAY_ADMIN_API_ENABLED: 'false',
    LOG_LEVEL: 'ERROR',
  };
  let child: ChildProcess | undefined;

  async function start(): Promise<void> {
    const log = createWriteStream(join(folder, 'gateway.log'), { flags: 'a' });
    const started = spawn(
      join(programs, 'mcpgateway'),
      ['--host', '127.0.0.1', '--port', String(port)],
      {
        cwd: folder,
        env,
        detached: true,
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    child = started;
    started.stdout.pipe(log);
    started.stderr.pipe(log);
    for (;;) {
      if (started.exitCode !== null)
        throw new Error(`ContextForge ended: see ${folder}/gateway.log`);
      // oxlint-disable-next-line no-await-in-loop -- until it answers
      const ok = await fetch(`${url}/health`).then(
        (response) => response.ok,
        () => false,
      );
      if (ok) return;
      // oxlint-disable-next-line no-await-in-loop -- until it answers
      await sleep(250);
    }
  }

  async function stop(): Promise<void> {
    const stopping = child;
    child = undefined;
    if (!stopping || stopping.exitCode !== null) return;
    const ended = new Promise<void>((done) => void stopping.once('exit', () => done()));
    signal(stopping, 'SIGTERM');
    const late = setTimeout(() => signal(stopping, 'SIGKILL'), 10_000);
    await ended;
    clearTimeout(late);
  }

  const atExit = () => child && signal(child, 'SIGKILL');
  process.once('exit', atExit);
  try {
    await start();
  } catch (error) {
    await stop();
    throw error;
  }
  const makeToken = ['-m', 'mcpgateway.utils.create_jwt_token', '--username', email, '--admin'];
  const token = execFileSync(
    join(programs, 'python'),
    [...makeToken, '--exp', '1440', '--secret', jwtKey],
    { cwd: folder, env, stdio: ['ignore', 'pipe', 'ignore'], encoding: 'utf8' },
  )
    .trim()
    .split('\n')
    .at(-1);
  if (token === undefined) throw new Error('ContextForge made no token');
  return {
    url,
    token,
    leastToken: async () => {
      const response = await fetch(`${url}/v1/tokens`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify({
          name: `trueup-${randomBytes(4).toString('hex')}`,
          expires_in_days: 1,
          scope: { permissions: ['gateways.read', 'gateways.update'] },
        }),
      });
      const { access_token: made } = (await response.json()) as { access_token?: string };
      if (made === undefined) throw new Error(`no API token: HTTP ${response.status}`);
      return made;
    },
    restart: async () => {
      await stop();
      await start();
    },
    stop: async () => {
      await stop();
      process.removeListener('exit', atExit);
    },
  };
}

/** @returns the folder of its programs */
function installed(): string {
  const folder = join(cache, `contextforge-${version}`);
  const programs = join(folder, 'bin');
  if (existsSync(join(programs, 'mcpgateway'))) return programs;
  mkdirSync(cache, { recursive: true });
  process.stdout.write(`installing ContextForge ${version} from PyPI into .cache, about 250 MB\n`);
  const half = `${folder}.part`;
  rmSync(half, { recursive: true, force: true });
  rmSync(folder, { recursive: true, force: true });
  execFileSync(findPython(), ['-m', 'venv', folder], { stdio: 'inherit' });
  try {
    const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check'];
    const wanted = ['--constraint', constraints, `mcp-contextforge-gateway==${version}`];
    execFileSync(join(programs, 'python'), [...pip, ...wanted], { stdio: 'inherit' });
  } catch (error) {
    // A part of it must not look installed.
    renameSync(folder, half);
    rmSync(half, { recursive: true, force: true });
    throw error;
  }
  return programs;
}

/** Python 3.12 or 3.13: 3.14 does not work. */
function findPython(): string {
  const pyenv = join(process.env['PYENV_ROOT'] ?? join(homedir(), '.pyenv'), 'versions');
  const versions = existsSync(pyenv)
    ? readdirSync(pyenv).filter((name) => /^3\.1[23]\./.test(name))
    : [];
  const candidates = [
    ...(process.env['PYTHON'] === undefined ? [] : [process.env['PYTHON']]),
    'python3.13',
    'python3.12',
    'python3',
    ...versions.map((name) => join(pyenv, name, 'bin', 'python')),
  ];
  const check = 'import sys, venv; sys.exit(not (3, 12) <= sys.version_info[:2] < (3, 14))';
  const found = candidates.find((python) => {
    try {
      execFileSync(python, ['-c', check], { stdio: 'ignore' });
      return true;
    } catch {
      return false;
    }
  });
  if (found === undefined) {
    throw new Error('ContextForge needs Python 3.12 or 3.13 with venv: name one in PYTHON');
  }
  return found;
}

function signal({ pid }: ChildProcess, name: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => void server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  await new Promise<void>((done) => void server.close(() => done()));
  return port;
}
