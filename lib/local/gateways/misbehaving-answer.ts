import type { LoopbackAnswer, LoopbackOutcome } from '../loopback-server.ts';
import type { Effect, Json } from './misbehaviour.ts';

/** The error body of a vendor. */
export type FailureBody = (status: number, message: string) => Json;

/** The answer of an effect instead of the vendor's; undefined if the vendor answers. */
export function answerInPlace(effect: Effect, failure: FailureBody): LoopbackOutcome | undefined {
  switch (effect.kind) {
    case 'status':
      return statusAnswer(effect, failure);
    case 'cut':
    case 'hang':
      return effect.kind;
    case 'html':
      return {
        status: effect.status ?? 200,
        headers: { 'content-type': 'text/html; charset=utf-8' },
        body: '<!doctype html><html><body><h1>Please sign in</h1></body></html>',
      };
    case 'huge': {
      const padding = 'x'.repeat(Math.max(0, effect.bytes - '{"padding":""}'.length));
      return { status: 200, body: { padding } };
    }
    case 'redirect':
      return { status: effect.status ?? 302, headers: { location: effect.to } };
    case 'expired':
      return { status: 401, body: failure(401, 'The token is expired') };
    case 'latency':
    case 'wait':
    case 'stale':
    case 'normalise':
    case 'delayed':
    case 'vanish':
    case 'shift':
    case 'mask':
      return undefined;
  }
}

/** Whether the effect answers only after the request was carried out. */
export const isApplied = (effect: Effect) => 'applied' in effect && effect.applied;

function statusAnswer(
  effect: Extract<Effect, { kind: 'status' }>,
  failure: FailureBody,
): LoopbackAnswer {
  const { status, retryAfter, headers, body = failure(status, `Simulated ${status}`) } = effect;
  const after = typeof retryAfter === 'object' ? new Date(retryAfter.at).toUTCString() : retryAfter;
  return {
    status,
    headers: { ...(after !== undefined && { 'retry-after': String(after) }), ...headers },
    body,
  };
}
