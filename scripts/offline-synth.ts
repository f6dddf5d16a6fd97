import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');

/** The result of a run, and each connection that it or its children tried to open. */
interface Offline {
  readonly status: number | null;
  readonly output: string;
  readonly connections: readonly string[];
}

/** Runs a program of Node without network. */
function runOffline(parameters: readonly string[]): Offline {
  const folder = mkdtempSync(join(tmpdir(), 'trueup-offline-'));
  const log = join(folder, 'connections');
  writeFileSync(log, '');
  try {
    const { status, stdout, stderr } = spawnSync(process.execPath, parameters, {
      cwd: root,
      encoding: 'utf8',
      env: {
        ...process.env,
        // cdk.json says `node`: the one of this process.
        PATH: `${dirname(process.execPath)}${delimiter}${process.env['PATH']}`,
        NODE_OPTIONS: `--require "${join(root, 'scripts/no-network.cjs')}"`,
        TRUEUP_CONNECTIONS: log,
      },
    });
    const connections = readFileSync(log, 'utf8').split('\n').filter(Boolean);
    return { status, output: stdout + stderr, connections };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * `cdk synth` without network, with the given context `trueup` in place of that of cdk.json.
 *
 * @throws Error if it fails, or tries to open a connection
 */
export function synthesiseOffline(outFolder: string, trueup?: object): void {
  const cdk = join(root, 'node_modules/aws-cdk/bin/cdk');
  const context = trueup === undefined ? [] : ['-c', `trueup=${JSON.stringify(trueup)}`];
  const ran = runOffline([cdk, 'synth', '--quiet', '--output', outFolder, ...context]);
  if (ran.connections.length > 0) {
    throw new Error(`cdk synth would open connections:\n${ran.connections.join('\n')}`);
  }
  if (ran.status !== 0) throw new Error(`cdk synth failed:\n${ran.output}`);
}

/** Checks the guard itself: one that lets a connection through would prove nothing. @throws Error if it does */
export function assertGuarded(): void {
  for (const call of ['fetch("http://127.0.0.1:8999")', 'fetch("https://aws.example")']) {
    const { connections } = runOffline(['-e', `${call}.catch(() => undefined)`]);
    if (connections.length === 0) throw new Error(`${call} was not noticed`);
  }
}
