import type { Json, TakenEffect } from './misbehaviour.ts';
import type { VendorRequest } from './vendor-request.ts';

const concerns = (taken: TakenEffect, id: string) => taken.id === undefined || taken.id === id;

/** Whether the server is hidden from this request. */
export function isVanished(id: string, effects: readonly TakenEffect[]): boolean {
  return effects.some((taken) => taken.effect.kind === 'vanish' && concerns(taken, id));
}

/** A server's answer, with the fields that a `mask` names replaced. */
export function masked(body: Json, id: string, effects: readonly TakenEffect[]): Json {
  let result = body;
  for (const taken of effects) {
    const { effect } = taken;
    if (effect.kind !== 'mask' || !concerns(taken, id)) continue;
    result = { ...result, [effect.field]: effect.value ?? 'ab...yz' };
  }
  return result;
}

/** The servers for a later page, as if one was added or removed at the front since the first page. */
export function shifted<S>(
  servers: readonly S[],
  request: VendorRequest,
  effects: readonly TakenEffect[],
): readonly S[] {
  const { page = '1', offset = '0' } = request.query;
  if (page === '1' && offset === '0') return servers;
  return effects.reduce<readonly S[]>((list, { effect }) => {
    if (effect.kind !== 'shift') return list;
    return effect.how === 'skip' ? list.slice(1) : [...list.slice(0, 1), ...list];
  }, servers);
}

/** Whether an effect produces answers that the vendor's document does not allow. */
export function bendsShape(effects: readonly TakenEffect[]): boolean {
  return effects.some(({ effect }) => effect.kind === 'mask' || effect.kind === 'normalise');
}
