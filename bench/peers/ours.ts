import type { BenchWorld } from '../world/world.ts';
import type { Measured } from './measure-process.ts';

/**
 * A command of Trueup on the world's tables, as a user types it.
 *
 * @param program - path of the command line as it is packed
 */
export function ourCommand(
  program: string,
  world: BenchWorld,
  connection: string,
  command: 'plan' | 'apply',
  exitCode: number,
): Measured {
  const { desiredTable, ledgerTable, allowedHosts } = world.settings();
  const { dynamodb, secretsManager } = world.endpoints;
  const own = command === 'plan' ? ['--detailed-exitcode'] : ['--yes'];
  const tables = ['--desired-table', desiredTable, '--ledger-table', ledgerTable];
  return {
    command: [process.execPath, program, ...tables, command, connection, ...own],
    cwd: import.meta.dirname,
    env: {
      AWS_ENDPOINT_URL_DYNAMODB: dynamodb.endpoint ?? '',
      AWS_ENDPOINT_URL_SECRETS_MANAGER: secretsManager.endpoint ?? '',
      // Refused at once: the benchmark's world has no STS.
      AWS_ENDPOINT_URL_STS: 'http://127.0.0.1:9',
      AWS_REGION: dynamodb.region ?? '',
      AWS_ACCESS_KEY_ID: dynamodb.credentials?.accessKeyId ?? '',
      AWS_SECRET_ACCESS_KEY: dynamodb.credentials?.secretAccessKey ?? '',
      TRUEUP_ALLOWED_HOSTS: allowedHosts,
      CI: '',
    },
    exitCode,
  };
}
