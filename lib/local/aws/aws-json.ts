import { randomUUID } from 'node:crypto';
import {
  startLoopbackServer,
  type LoopbackAnswer,
  type LoopbackRequest,
  type LoopbackServer,
} from '../loopback-server.ts';

/** A hook for tests: answers instead of the service, or delays it. `undefined` lets the service answer. */
export type Intercept = (
  operation: string,
  body: unknown,
) =>
  | undefined
  | {
      readonly status: number;
      readonly body: object;
      readonly headers?: Readonly<Record<string, string>>;
    }
  | { readonly delayMs: number }
  /** The service answers once this resolves. With `isCut` the connection is cut at once, and the client gets no answer. */
  | { readonly until: Promise<unknown>; readonly isCut?: boolean };

/** Resolves when the service may process the request. */
export async function delayed(
  server: Pick<LoopbackServer, 'delay' | 'wait'>,
  request: LoopbackRequest,
  how: Exclude<ReturnType<Intercept>, undefined | { readonly status: number }>,
): Promise<void> {
  if ('delayMs' in how) return server.delay(how.delayMs);
  if (how.isCut) request.cut();
  return server.wait(how.until);
}

/** An error in AWS's wire form. `type` is the exception's name in the API reference. */
export class AwsFault extends Error {
  readonly type: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    type: string,
    message: string,
    more: { status?: number; headers?: Readonly<Record<string, string>> } = {},
  ) {
    super(message);
    this.name = 'AwsFault';
    this.type = type;
    this.status = more.status ?? 400;
    this.headers = more.headers ?? {};
  }
}

/** An operation of a service: takes the parsed request, returns what is sent as the answer's JSON. */
export type AwsOperation = (input: Record<string, unknown>) => object | Promise<object>;

/** A running service that speaks an AWS JSON protocol. */
export interface AwsJsonServer {
  readonly endpoint: string;
  /** Requests by operation, counted before they are intercepted. */
  readonly calls: Record<string, number>;
  readonly delay: (ms: number) => Promise<void>;
  readonly isClosing: () => boolean;
  readonly close: () => Promise<void>;
}

/**
 * Serves operations over AWS's JSON protocols: `X-Amz-Target: <prefix>.<Operation>`, one POST each, errors as
 * `{__type, message, Message}`. Signatures are not checked.
 */
export async function startAwsJson(options: {
  readonly version: '1.0' | '1.1';
  readonly operations: Readonly<Record<string, AwsOperation>>;
  readonly intercept?: Intercept | undefined;
}): Promise<AwsJsonServer> {
  const calls: Record<string, number> = {};
  const contentType = `application/x-amz-json-${options.version}`;
  const server = await startLoopbackServer(async (request) => {
    const operation = operationOf(request);
    calls[operation] = (calls[operation] ?? 0) + 1;
    const answer = await answerTo(operation, request);
    const headers = { 'content-type': contentType, 'x-amzn-requestid': randomUUID() };
    return { ...answer, headers: { ...headers, ...answer.headers } };
  });

  async function answerTo(operation: string, request: LoopbackRequest): Promise<LoopbackAnswer> {
    try {
      const body = parse(request.text);
      const intercepted = options.intercept?.(operation, body);
      if (intercepted && 'status' in intercepted) return intercepted;
      if (intercepted) await delayed(server, request, intercepted);
      const run = options.operations[operation];
      if (!run) throw new AwsFault('UnknownOperationException', `No operation ${operation}`);
      return { status: 200, body: await run(body) };
    } catch (error) {
      if (!(error instanceof AwsFault)) throw error;
      const { type, status, headers, message } = error;
      return { status, headers, body: { __type: type, message, Message: message } };
    }
  }

  const { url: endpoint, delay, isClosing, close } = server;
  return { endpoint, calls, delay, isClosing, close };
}

/** The operation's name from `X-Amz-Target`, without the service's prefix. */
export function operationOf(request: LoopbackRequest): string {
  const target = request.headers['x-amz-target'];
  return typeof target === 'string' ? target.slice(target.indexOf('.') + 1) : 'unknown';
}

function parse(text: string): Record<string, unknown> {
  try {
    const value: unknown = text === '' ? {} : JSON.parse(text);
    if (isRecord(value)) return value;
  } catch {
    // falls through to the fault, like any body that is not an object
  }
  throw new AwsFault('SerializationException', 'The request is not a JSON object');
}

/** A JSON object, not an array or null. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The text under a name. @throws AwsFault ValidationException when it is there and is not text */
export function textOf(input: Record<string, unknown>, name: string): string | undefined {
  const value = input[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string') throw new AwsFault('ValidationException', `${name} must be text`);
  return value;
}
