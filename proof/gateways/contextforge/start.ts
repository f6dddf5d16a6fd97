import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../../../scripts/free-port.ts';
import { answers, endsWithParent, stopGroup, untilUp } from '../process.ts';
import { installContextForge } from './install.ts';

/** It reads its standard input without a lock of Python's, which the processes that it forks would wait for. */
const program = endsWithParent('from mcpgateway.cli import main\nmain()');

/** A real ContextForge on loopback, with sign-in on and SQLite. */
export interface ContextForge {
  readonly url: string;
  /** Of an administrator, so that what is absent answers 404. */
  readonly token: string;
  /** A token that may read and update gateways, and what else is named, and no more: as users are told to make one. */
  readonly leastToken: (...more: readonly string[]) => Promise<string>;
  /** Kills it, as a crash does, and starts it again, with what it has stored. */
  readonly restart: () => Promise<void>;
  /** Stops it, whatever it is doing. */
  readonly stop: () => Promise<void>;
}

export interface ContextForgeOptions {
  /** 100 requests a minute, and five refusals are a lockout of 15 minutes: the gateway's own default. Off here. */
  readonly rateLimit?: boolean;
}

/**
 * Starts one from nothing: a database, secrets and a temporary folder of its own. It listens on 127.0.0.1 alone, and ends
 * with this process.
 */
export async function startContextForge(
  folder: string,
  { rateLimit = false }: ContextForgeOptions = {},
): Promise<ContextForge> {
  const programs = installContextForge();
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
  let child: ChildProcess | undefined;

  async function start(): Promise<void> {
    const log = openSync(join(folder, 'gateway.log'), 'a');
    const started = spawn(
      join(programs, 'python'),
      ['-c', program, '--host', '127.0.0.1', '--port', String(port)],
      { cwd: folder, env, detached: true, stdio: ['pipe', log, log] },
    );
    closeSync(log);
    child = started;
    await untilUp('ContextForge', started, join(folder, 'gateway.log'), () =>
      answers(`${url}/health`),
    );
  }

  try {
    await start();
  } catch (error) {
    await stopGroup(child);
    throw error;
  }
  return {
    url,
    token,
    leastToken: async (...more) => {
      const response = await fetch(`${url}/v1/tokens`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify({
          name: `trueup-${randomBytes(4).toString('hex')}`,
          expires_in_days: 1,
          scope: { permissions: ['gateways.read', 'gateways.update', ...more] },
        }),
      });
      const { access_token: made } = (await response.json()) as { access_token?: string };
      if (made === undefined) throw new Error(`no API token: HTTP ${response.status}`);
      return made;
    },
    restart: async () => {
      await stopGroup(child, 'SIGKILL');
      await start();
    },
    stop: () => stopGroup(child),
  };
}
