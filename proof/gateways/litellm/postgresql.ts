import { execFileSync, spawn } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  realpathSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { freePort } from '../../../scripts/free-port.ts';
import { stopGroup, untilUp } from '../process.ts';

/** A PostgreSQL on loopback, with one database. */
export interface PostgreSql {
  readonly url: string;
  readonly stop: () => Promise<void>;
}

/** Ends the server when standard input does: so it ends with the process that started it, also if that was killed. */
const endsWithParent =
  '"$@" < /dev/null & server=$!; cat > /dev/null; kill -INT "$server"; wait "$server"';

/**
 * Starts one from nothing in `folder`, which its own user has to be able to enter: it does not run as root.
 *
 * @param sql - files that are run in their order
 */
export async function startPostgreSql(
  folder: string,
  name: string,
  sql: readonly string[],
): Promise<PostgreSql> {
  const programs = findPrograms();
  const port = await freePort();
  const own = join(folder, 'postgresql');
  const data = join(own, 'data');
  const isRoot = process.getuid?.() === 0;
  chmodSync(folder, 0o711);
  mkdirSync(own);
  if (isRoot) execFileSync('chown', ['postgres', own]);
  const as = isRoot
    ? ['setpriv', '--reuid=postgres', '--regid=postgres', '--clear-groups', 'env', `HOME=${own}`]
    : ['env'];
  const program = (which: string, ...args: readonly string[]): readonly [string, string[]] => {
    const [first = 'env', ...rest] = as;
    return [first, [...rest, join(programs, which), ...args]];
  };
  execFileSync(...program('initdb', '-D', data, '-A', 'trust', '-U', name), {
    stdio: 'ignore',
    cwd: own,
  });
  const logPath = join(folder, 'postgresql.log');
  const log = openSync(logPath, 'a');
  const settings = ['listen_addresses=127.0.0.1', `unix_socket_directories=${own}`, 'fsync=off'];
  const [server, args] = program(
    'postgres',
    '-D',
    data,
    '-p',
    String(port),
    ...settings.flatMap((setting) => ['-c', setting]),
  );
  const child = spawn('sh', ['-c', endsWithParent, 'sh', server, ...args], {
    cwd: own,
    detached: true,
    stdio: ['pipe', log, log],
  });
  closeSync(log);
  const stop = async () => {
    child.stdin?.end();
    await stopGroup(child, 'SIGINT');
  };
  const psql = (...more: readonly string[]) =>
    execFileSync(
      join(programs, 'psql'),
      ['-q', '-v', 'ON_ERROR_STOP=1', '-h', '127.0.0.1', '-p', String(port), '-U', name, ...more],
      { stdio: 'ignore' },
    );
  try {
    await untilUp('PostgreSQL', child, logPath, async () => {
      try {
        psql('-d', 'postgres', '-c', 'select 1');
        return true;
      } catch {
        return false;
      }
    });
    psql('-d', 'postgres', '-c', `create database ${name}`);
    psql('-d', name, ...sql.flatMap((file) => ['-f', file]));
  } catch (error) {
    await stop();
    throw error;
  }
  return { url: `postgresql://${name}@127.0.0.1:${port}/${name}`, stop };
}

/** Where Debian and the path have the server's programs. */
function findPrograms(): string {
  const debian = '/usr/lib/postgresql';
  const versions = existsSync(debian) ? readdirSync(debian).toSorted().toReversed() : [];
  const folders = [
    ...(process.env['PATH'] ?? '')
      .split(':')
      .map((one) => join(one, 'initdb'))
      .filter(existsSync)
      .map((one) => dirname(realpathSync(one))),
    ...versions.map((version) => join(debian, version, 'bin')),
  ];
  const found = folders.find(
    (one) => existsSync(join(one, 'postgres')) && existsSync(join(one, 'psql')),
  );
  if (found === undefined) {
    throw new Error("LiteLLM needs PostgreSQL's server: on Debian, apt-get install postgresql");
  }
  return found;
}
