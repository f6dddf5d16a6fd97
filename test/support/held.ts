import { setTimeout as sleep } from 'node:timers/promises';
import type { MisbehaviourRule } from '../../lib/local/gateways/misbehaviour.ts';
import type { TestWorld } from './world.ts';

/** PUTs are carried out, and answered, only once the function is called that this returns. */
export function holdPuts(
  gateway: { readonly misbehave: (rule: MisbehaviourRule) => unknown },
  which: Pick<MisbehaviourRule, 'id' | 'skip' | 'times'> = {},
): () => void {
  const { promise, resolve } = Promise.withResolvers<void>();
  gateway.misbehave({ method: 'PUT', ...which, effect: { kind: 'wait', until: promise } });
  return resolve;
}

/** The same for the next PUT of one server. */
export const holdPut = ({ barndoor }: TestWorld, id: string) =>
  holdPuts(barndoor, { id, times: 1 });

/** Resolves when `condition` holds. What never comes ends with the test. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await sleep(2);
}
