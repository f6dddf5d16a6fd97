import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Json, JsonObject } from '../../lib/model/json/json.types.ts';
import { setAt } from '../../lib/model/json/pointer.ts';
import { spec, vendorState } from './support/arbitraries.ts';
import { keyOf } from './support/builders.ts';
import type { World } from './support/world.ts';
import { worldOf } from './support/world.ts';

describe('whatever happens between passes', () => {
  const event = fc.oneof(
    fc.record({ kind: fc.constant('declare' as const), declared: spec }),
    fc.record({ kind: fc.constant('drift' as const), state: vendorState }),
    fc.record({
      kind: fc.constantFrom(
        ...(['rotate-key', 'lose-key', 'rotate-secret', 'version', 'vanish', 'report'] as const),
        ...(['ignore', 'resend'] as const),
      ),
    }),
  );
  type Event = typeof event extends fc.Arbitrary<infer T> ? T : never;

  function happen(world: World, one: Event, step: number): void {
    const current = keyOf(`k${step + 2}`);
    const secret = world.secrets.get('trueup/acme/one')!;
    switch (one.kind) {
      case 'declare':
        world.spec = one.declared;
        return;
      case 'drift': {
        // Nobody sees what happens to what is not shown; of a credential it is seen that it is gone.
        const { client_id, client_secret, name, meta, auth, ...rest } = { ...world.state };
        const { token: _token, password: _password, ...changed } = one.state;
        const theirs = { name: name ?? 'theirs', meta: meta ?? {}, auth: auth ?? 'theirs' };
        const seen = { ...theirs, ...changed };
        const kept = ['token', 'password'].map(
          (key) => [key, key in one.state ? rest[key] : undefined] as const,
        );
        const hidden = [...Object.entries({ client_id, client_secret }), ...kept].filter(
          (entry): entry is [string, Json] => entry[1] !== undefined,
        );
        world.state = { ...seen, ...Object.fromEntries(hidden) };
        return;
      }
      case 'rotate-key':
        world.keys = { current, previous: [world.keys.current, ...world.keys.previous] };
        return;
      case 'lose-key':
        world.keys = { current, previous: [] };
        return;
      case 'rotate-secret':
        world.secrets.set('trueup/acme/one', { value: `value ${step}`, version: `r${step}` });
        return;
      case 'version':
        world.secrets.set('trueup/acme/one', { ...secret, version: `v${step + 2}` });
        return;
      case 'vanish': {
        const { state } = world;
        world.state = undefined;
        world.pass();
        world.state = state;
        return;
      }
      case 'report':
        world.policy = { ...world.policy, mode: 'report' };
        world.pass();
        world.policy = { ...world.policy, mode: 'correct' };
        return;
      case 'ignore':
        world.policy = { ...world.policy, ignore: world.policy.ignore ? [] : ['/meta/a', '/name'] };
        return;
      case 'resend':
        world.resend = 'all';
        return;
    }
  }

  test('a well-behaved vendor converges, and then nothing more is sent', () => {
    fc.assert(
      fc.property(
        spec,
        vendorState,
        fc.array(fc.tuple(event, fc.boolean()), { maxLength: 8 }),
        (declared, state, events) => {
          const world = worldOf(declared, { ...state, meta: state['meta'] ?? {} });
          events.forEach(([one, passes], step) => {
            happen(world, one, step);
            if (passes) world.pass();
          });
          world.passes(2);
          const untrue = world.units.filter((unit) => !world.isTrue(unit));
          expect(untrue.map(({ pointer }) => pointer)).toEqual([]);
          const { length } = world.puts;
          const { writes } = world;
          world.passes(2);
          expect([world.puts.length, world.writes]).toEqual([length, writes]);
        },
      ),
      { numRuns: 200 },
    );
  });

  test('with any vendor, a value that it refuses is not sent forever', () => {
    const answer = fc.constantFrom('kept', 'old', 'capitals', 'absent');
    fc.assert(
      fc.property(
        spec,
        vendorState,
        fc.array(fc.tuple(event, answer, answer), { maxLength: 6 }),
        answer,
        answer,
        (declared, state, events, stored, answered) => {
          const world = worldOf(declared, state);
          const as = (kind: string) => (after: JsonObject, before: JsonObject) => {
            const { name } = after;
            if (kind === 'old') return setAt(after, '/name', before['name']);
            if (kind === 'absent') return setAt(after, '/name', undefined);
            return kind === 'capitals' && typeof name === 'string'
              ? { ...after, name: name.toUpperCase() }
              : after;
          };
          const behave = (stores: string, answers: string) => {
            // A vendor that forgets what it was sent shows nothing of it: that is assumed, and no fight.
            world.stores = as(stores);
            world.answers = as(answers);
          };
          events.forEach(([one, stores, answers], step) => {
            behave(stores, answers);
            happen(world, one, step);
            world.pass();
          });
          behave(stored, answered === 'kept' && stored !== 'kept' ? stored : answered);
          world.passes(6);
          const { length } = world.puts;
          world.passes(3);
          expect(world.puts).toHaveLength(length);
        },
      ),
      { numRuns: 200 },
    );
  });
});
