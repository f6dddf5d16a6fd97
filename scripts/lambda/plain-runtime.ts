/** A runtime of a few lines, for machines that cannot build AWS's own: loads the bundle and uses the Runtime API once. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { bundleName } from '../../lib/infra/functions/bundle.ts';

const { AWS_LAMBDA_RUNTIME_API: api, LAMBDA_TASK_ROOT: folder = '.' } = process.env;
const base = `http://${api}/2018-06-01/runtime`;

type Handler = (event: unknown, context: object) => Promise<unknown>;

function reported(error: unknown): object {
  const { name, message, stack = '' } = error instanceof Error ? error : new Error(String(error));
  return { errorType: name, errorMessage: message, stackTrace: stack.split('\n') };
}

async function post(path: string, body: unknown): Promise<void> {
  await fetch(`${base}/${path}`, { method: 'POST', body: JSON.stringify(body ?? null) });
}

async function run(): Promise<void> {
  const url = pathToFileURL(join(folder, bundleName)).href;
  const { handler } = (await import(url)) as { handler: Handler };
  const next = await fetch(`${base}/invocation/next`);
  const id = next.headers.get('lambda-runtime-aws-request-id') ?? '';
  const deadline = Number(next.headers.get('lambda-runtime-deadline-ms'));
  const context = {
    awsRequestId: id,
    functionName: process.env['AWS_LAMBDA_FUNCTION_NAME'],
    functionVersion: '$LATEST',
    memoryLimitInMB: process.env['AWS_LAMBDA_FUNCTION_MEMORY_SIZE'],
    invokedFunctionArn: next.headers.get('lambda-runtime-invoked-function-arn'),
    getRemainingTimeInMillis: () => deadline - Date.now(),
  };
  try {
    await post(`invocation/${id}/response`, await handler(await next.json(), context));
  } catch (error) {
    await post(`invocation/${id}/error`, reported(error));
  }
}

try {
  await run();
} catch (error) {
  await post('init/error', reported(error));
}
