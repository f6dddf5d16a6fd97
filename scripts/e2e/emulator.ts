import { createWriteStream } from 'node:fs';
import { freePort } from '../free-port.ts';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ministack, ministackVersion } from '../python-tool.ts';
import type { Processes } from './processes.ts';

/** AWS on loopback. */
export interface Emulator {
  readonly name: string;
  readonly endpoint: string;
  /** The environment for a program that calls it as its administrator. */
  readonly environment: Readonly<Record<string, string>>;
  /** The folder for files that it and its programs write. */
  readonly folder: string;
}

export const account = '000000000000';
export const region = 'eu-central-1';

/** Starts MiniStack from PyPI, without containers: Lambda functions run as processes of this Node. */
export async function startEmulator(
  processes: Processes,
  folder: string,
  logFile: string,
): Promise<Emulator> {
  const port = await freePort();
  const endpoint = `http://127.0.0.1:${port}`;
  const { child } = processes.start(ministack(), [], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: `${dirname(process.execPath)}:${process.env['PATH']}`,
      HOME: folder,
      TMPDIR: folder,
      GATEWAY_PORT: String(port),
      BIND_HOST: '127.0.0.1',
      MINISTACK_HOST: '127.0.0.1',
      MINISTACK_REGION: region,
      MINISTACK_ACCOUNT_ID: account,
      IOT_MTLS_ENABLED: '0',
      SFTP_ENABLED: '0',
      // Functions run as their roles; actions that a role does not allow are denied.
      AUTH: 'true',
    },
  });
  const log = createWriteStream(logFile);
  child.stdout?.pipe(log);
  child.stderr?.pipe(log);
  await answers(endpoint);
  const environment = {
    AWS_ENDPOINT_URL: endpoint,
    AWS_ENDPOINT_URL_S3: endpoint,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_REGION: region,
    CDK_HOME: join(folder, 'cdk-home'),
    HOME: folder,
  };
  return { name: `MiniStack ${ministackVersion}`, endpoint, environment, folder };
}

async function answers(endpoint: string): Promise<void> {
  for (let tries = 0; tries < 100; tries += 1) {
    // oxlint-disable-next-line no-await-in-loop -- until it answers
    const ok = await fetch(`${endpoint}/_ministack/health`).then(
      (response) => response.ok,
      () => false,
    );
    if (ok) return;
    // oxlint-disable-next-line no-await-in-loop -- until it answers
    await sleep(200);
  }
  throw new Error(`the emulator does not answer at ${endpoint}`);
}
