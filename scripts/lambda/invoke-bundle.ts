import { spawn } from 'node:child_process';
import type { FunctionName } from '../../lib/infra/functions/bundle.ts';
import { startRuntimeApi, type InvocationOutcome } from './runtime-api.ts';
import type { RuntimeClient } from './runtime-client.ts';

export interface InvokeOptions {
  readonly name: FunctionName;
  /** Where `bundleFunction` has written it. */
  readonly folder: string;
  /** JSON. */
  readonly event: string;
  readonly client: RuntimeClient;
  readonly environment: Readonly<Record<string, string>>;
  /** Receives the function's log. */
  readonly log: (text: string) => void;
}

const timeoutMs = 5 * 60_000;

/** Runs a function's bundle in a process of its own with one event. */
export async function invokeBundle(options: InvokeOptions): Promise<InvocationOutcome> {
  const { name, folder, event, client, environment, log } = options;
  const api = await startRuntimeApi(event, timeoutMs);
  const child = spawn(process.execPath, [client.file, 'index.handler'], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...environment,
      PATH: process.env['PATH'],
      AWS_LAMBDA_RUNTIME_API: api.address,
      AWS_LAMBDA_FUNCTION_NAME: `trueup-${name}`,
      AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '512',
      AWS_LAMBDA_LOG_GROUP_NAME: `/local/${name}`,
      AWS_LAMBDA_LOG_STREAM_NAME: 'local',
      LAMBDA_TASK_ROOT: folder,
      AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
      _HANDLER: 'index.handler',
    },
  });
  child.stdout.on('data', (data: Buffer) => log(data.toString()));
  child.stderr.on('data', (data: Buffer) => log(data.toString()));
  const { promise: ended, reject } = Promise.withResolvers<never>();
  child.on('error', reject);
  child.on('exit', (code) => {
    // An answer that has been sent is read first.
    setTimeout(() => reject(new Error(`the runtime ended with ${code}, without an answer`)), 200);
  });
  try {
    return await Promise.race([api.outcome, ended]);
  } finally {
    ended.catch(() => undefined);
    child.kill('SIGKILL');
    api.close();
  }
}
