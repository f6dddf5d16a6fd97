import { startWorld } from './world.ts';
import type { TestWorld } from './world.ts';

export const forge = 'forge';

/** A server as it is declared at ContextForge. */
export const forgeSpec = (name: string) => ({
  name,
  url: `http://localhost/${name}`,
  description: `Of ${name}`,
});

/** A connection at ContextForge at which servers come and go: rows without an id in each state that a page can show. */
export interface ComingAndGoing extends TestWorld {
  /** Writes the row of a server without an id. */
  readonly declareNew: (label: string, more?: object) => Promise<void>;
  /** The id of a server that was created, by its label. */
  readonly idOf: (label: string) => Promise<string>;
}

/**
 * - `created`: exists, and is in sync
 * - `lost`: may have been created: the answer was cut
 * - `taken`: another server has its name
 * - `leaving`: created, and declared absent: waits for approval
 * - `denied`: the gateway refused to create it
 * - `fresh`: declared since the last pass
 */
export async function startComingAndGoing(): Promise<ComingAndGoing> {
  const token = 'api-token-of-forge';
  const world = await startWorld(
    {},
    { sqliteLedger: true, contextforge: { servers: [], tokens: [token] } },
  );
  const { contextforge, desired, secrets } = world;
  await secrets.write(`trueup/${forge}/token`, token);
  await desired.put(forge, 'connection', {
    provider: 'contextforge',
    baseUrl: contextforge.url,
    auth: { type: 'bearer', token: { secret: `trueup/${forge}/token` } },
    policy: { mode: 'correct', manage: ['update', 'create', 'delete'] },
    budget: { requestsPerMinute: 60_000, concurrency: 1 },
  });
  const declareNew = (label: string, more: object = {}) =>
    desired.put(forge, `new#${label}`, { spec: forgeSpec(label), ...more });
  const pass = () => world.pass({ connection: forge });
  await declareNew('created');
  await declareNew('leaving');
  await pass();
  contextforge.misbehave({
    operation: 'create',
    times: 1,
    effect: { kind: 'cut', applied: false },
  });
  await declareNew('lost');
  await pass();
  contextforge.misbehave({ operation: 'create', effect: { kind: 'status', status: 422 } });
  contextforge.add({ id: 'another', name: 'Taken' });
  await declareNew('taken');
  await declareNew('denied');
  await declareNew('leaving', { state: 'absent' });
  await pass();
  await declareNew('fresh');
  return {
    ...world,
    declareNew,
    idOf: async (label) => {
      const stored = (await world.deps.ledger.labels(forge)).get(label);
      if (!stored?.binding) throw new Error(`${label} was not created`);
      return stored.binding.id;
    },
  };
}
