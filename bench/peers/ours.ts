import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fleetServer } from '../world/fleet.ts';
import { redeclare } from '../world/redeclare.ts';
import type { BenchWorld } from '../world/world.ts';
import type { Measured } from './measure-process.ts';
import type { Managed, Peer } from './peer.ts';

/** Environment of a process that reads the world's tables and secrets. */
export function worldEnvironment(world: BenchWorld): Readonly<Record<string, string>> {
  const { dynamodb, secretsManager } = world.endpoints;
  return {
    AWS_ENDPOINT_URL_DYNAMODB: dynamodb.endpoint ?? '',
    AWS_ENDPOINT_URL_SECRETS_MANAGER: secretsManager.endpoint ?? '',
    // Refused at once: the benchmark's world has no STS.
    AWS_ENDPOINT_URL_STS: 'http://127.0.0.1:9',
    AWS_REGION: dynamodb.region ?? '',
    AWS_ACCESS_KEY_ID: dynamodb.credentials?.accessKeyId ?? '',
    AWS_SECRET_ACCESS_KEY: dynamodb.credentials?.secretAccessKey ?? '',
    TRUEUP_ALLOWED_HOSTS: world.settings().allowedHosts,
    CI: '',
  };
}

/**
 * Trueup on the world's tables, which `connect` of the world filled.
 *
 * @param program - path of the command line as it is packed
 */
export function trueup(world: BenchWorld, program: string): Peer {
  const { version } = JSON.parse(
    readFileSync(resolve(import.meta.dirname, '../../package.json'), 'utf8'),
  ) as { version: string };
  return {
    id: 'trueup',
    name: `Trueup ${version}`,
    manage: async ({ connection }): Promise<Managed> => ({
      declare: async (changed, round) => {
        const servers = Array.from({ length: changed }, (_, index) =>
          fleetServer(connection, index, round),
        );
        await redeclare(world, connection, servers, round + 1);
      },
      command: (kind, expected) => ourCommand(world, program, connection, kind, expected),
      // `Plan: 3 to update, ...`
      updates: (stdout) => Number(/^Plan:.*?(\d+) to update/m.exec(stdout)?.[1] ?? 0),
    }),
  };
}

function ourCommand(
  world: BenchWorld,
  program: string,
  connection: string,
  kind: 'plan' | 'apply',
  expected: 'in sync' | 'changes',
): Measured {
  const { desiredTable, ledgerTable } = world.settings();
  const own = kind === 'plan' ? ['--detailed-exitcode'] : ['--yes'];
  const tables = ['--desired-table', desiredTable, '--ledger-table', ledgerTable];
  return {
    command: [process.execPath, program, ...tables, kind, connection, ...own],
    cwd: import.meta.dirname,
    env: worldEnvironment(world),
    exitCode: kind === 'plan' && expected === 'changes' ? 2 : 0,
  };
}
