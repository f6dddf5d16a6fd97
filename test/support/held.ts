import { setTimeout as sleep } from 'node:timers/promises';
import type { TestWorld } from './world.ts';

/** The next PUT of a server is carried out, and answered, only when the function is called that this returns. */
export function holdPut(world: TestWorld, id: string): () => void {
  const { promise, resolve } = Promise.withResolvers<void>();
  const effect = { kind: 'wait', until: promise } as const;
  world.barndoor.misbehave({ method: 'PUT', id, times: 1, effect });
  return resolve;
}

/** Resolves when `condition` holds. What never comes ends with the test. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await sleep(2);
}
