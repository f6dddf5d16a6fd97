import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { closeSync, openSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../../../scripts/free-port.ts';
import { answers, endsWithParent, stopGroup, untilUp } from '../process.ts';
import { engineVariables, installLiteLlm, sitePackages } from './install.ts';
import { startPostgreSql } from './postgresql.ts';

/** A real LiteLLM on loopback, with PostgreSQL; a stand-in has the place of Prisma's query engine. */
export interface LiteLlm {
  readonly url: string;
  /** The master key. */
  readonly token: string;
  /** Kills it, as a crash does, and starts it again, with what it has stored. */
  readonly restart: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

/**
 * Starts one from nothing: a database, keys and a folder of its own. It listens on 127.0.0.1 alone, and ends with this
 * process.
 *
 * @param ownServers - MCP servers of its own configuration file, by name
 */
export async function startLiteLlm(
  folder: string,
  ownServers: Readonly<Record<string, object>> = {},
): Promise<LiteLlm> {
  const installed = installLiteLlm();
  const site = sitePackages(installed);
  const migrations = join(site, 'litellm_proxy_extras', 'migrations');
  const sql = readdirSync(migrations, { withFileTypes: true })
    .filter((one) => one.isDirectory())
    .map(({ name }) => join(migrations, name, 'migration.sql'))
    .toSorted();
  const database = await startPostgreSql(folder, 'litellm', sql);
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const key = () => `sk-${randomBytes(24).toString('base64url')}`;
  const token = key();
  const config = {
    general_settings: { master_key: 'os.environ/LITELLM_MASTER_KEY', store_model_in_db: true },
    mcp_servers: ownServers,
  };
  // JSON is YAML.
  writeFileSync(join(folder, 'config.yaml'), JSON.stringify(config));
  const programs = join(installed, 'venv', 'bin');
  const env = {
    ...engineVariables(installed),
    PATH: `${programs}:${process.env['PATH'] ?? ''}`,
    HOME: folder,
    TMPDIR: folder,
    DATABASE_URL: database.url,
    LITELLM_MASTER_KEY: token,
    LITELLM_SALT_KEY: key(),
    STORE_MODEL_IN_DB: 'True',
    DISABLE_SCHEMA_UPDATE: 'true',
    LITELLM_LOCAL_MODEL_COST_MAP: 'True',
    LITELLM_TELEMETRY: 'False',
    DISABLE_ADMIN_UI: 'True',
  };
  const logPath = join(folder, 'litellm.log');
  const program = endsWithParent('from litellm import run_server\nrun_server()');
  let child: ChildProcess | undefined;

  async function start(): Promise<void> {
    const log = openSync(logPath, 'a');
    const options = ['--config', 'config.yaml', '--host', '127.0.0.1', '--port', String(port)];
    child = spawn(join(programs, 'python'), ['-c', program, ...options], {
      cwd: folder,
      env,
      detached: true,
      stdio: ['pipe', log, log],
    });
    closeSync(log);
    await untilUp('LiteLLM', child, logPath, () => answers(`${url}/health/readiness`));
  }

  const stop = async () => {
    await stopGroup(child);
    await database.stop();
  };
  try {
    await start();
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    url,
    token,
    restart: async () => {
      await stopGroup(child, 'SIGKILL');
      await start();
    },
    stop,
  };
}
