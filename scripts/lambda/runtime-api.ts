import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** The result of an invocation: the handler's answer, or its error as the runtime reports it. */
export interface InvocationOutcome {
  readonly kind: 'answer' | 'error';
  readonly value: unknown;
}

export interface RuntimeApi {
  /** `host:port`, the form of AWS_LAMBDA_RUNTIME_API. */
  readonly address: string;
  readonly outcome: Promise<InvocationOutcome>;
  readonly close: () => void;
}

const arn = 'arn:aws:lambda:eu-central-1:123456789012:function:local';

/**
 * Lambda's Runtime API for one invocation: serves the event once, and accepts the answer.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
 */
export async function startRuntimeApi(event: string, timeoutMs: number): Promise<RuntimeApi> {
  const { promise: outcome, resolve } = Promise.withResolvers<InvocationOutcome>();
  let handedOut = false;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = (request.url ?? '').replace('/2018-06-01/runtime', '');
    if (path === '/invocation/next') {
      // The second request waits until the process is ended: there is no other event.
      if (handedOut) return;
      handedOut = true;
      response.writeHead(200, {
        'content-type': 'application/json',
        'lambda-runtime-aws-request-id': crypto.randomUUID(),
        'lambda-runtime-deadline-ms': String(Date.now() + timeoutMs),
        'lambda-runtime-invoked-function-arn': arn,
        'lambda-runtime-trace-id': 'Root=1-00000000-000000000000000000000000;Sampled=0',
      });
      response.end(event);
      return;
    }
    const body = await text(request);
    response.writeHead(202, { 'content-type': 'application/json' }).end('{"status":"OK"}');
    const value: unknown = body === '' ? undefined : JSON.parse(body);
    resolve({ kind: path.endsWith('/response') ? 'answer' : 'error', value });
  }

  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => response.destroy(error as Error));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    address: `127.0.0.1:${port}`,
    outcome,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
