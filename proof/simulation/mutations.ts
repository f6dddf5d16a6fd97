import { registerHooks } from 'node:module';
import type { Mutation } from './mutation.types.ts';
import { lifecycleMutations } from './mutations-lifecycle.ts';

export const mutations: readonly Mutation[] = [
  {
    name: 'no rev check',
    file: 'lib/ledger/ledger.ts',
    text: 'if (!(await table.put(connection, key, value, rev))) throw lost(connection, key);',
    by: 'const found = await table.get(connection, key); await table.put(connection, key, value, found?.rev ?? 0);',
    breaks: 'no-stale-write',
    says: 'was overwritten by',
    seed: 11,
  },
  {
    name: 'revisions that begin again',
    file: 'lib/table/table.ts',
    text: 'return rev === 0 ? -now : rev;',
    by: 'return rev;',
    breaks: 'convergence',
    says: 'is not right',
    seed: 'binding-made-again',
  },
  {
    name: 'skipped knock',
    file: 'lib/lease/rounds.ts',
    text: "if ((await world.lease.change(connection, event, lease)).ok) return 'knocked';",
    by: "if (event.scope) return 'knocked';",
    breaks: 'nothing-lost',
    says: 'nobody will serve it',
    seed: 1,
  },
  {
    name: 'apply before the guard',
    file: 'lib/pass/guard.ts',
    text: '...guarded.servers,',
    by: '...findings,',
    breaks: 'no-harm',
    says: 'changed within an hour',
    seed: 10,
  },
  {
    name: 'digest over everything',
    file: 'lib/plan/guard.ts',
    text: 'planDigest(heldHashes(held))',
    by: 'planDigest([...heldHashes(held), JSON.stringify(held)])',
    breaks: 'no-harm',
    says: 'under another digest',
    seed: 10,
  },
  {
    name: 'retried refresh exchange',
    file: 'lib/sign-in/token-exchange.ts',
    text: "secrets: [request.refreshToken],\n        repeatable: 'unsent',",
    by: "secrets: [request.refreshToken],\n        repeatable: 'anytime',",
    breaks: 'no-flood',
    says: 'exchanged a refresh token twice',
    seed: 196,
  },
  {
    name: 'Retry-After ignored',
    file: 'lib/gateways/http/exchange.ts',
    text: "const retryAfterMs = parseRetryAfter(headers.get('retry-after'), now);",
    by: 'const retryAfterMs = parseRetryAfter(null, now);',
    breaks: 'no-flood',
    says: 'after a Retry-After of',
    seed: 22,
  },
  {
    name: 'a header logged',
    file: 'lib/gateways/http/exchange.ts',
    text: "VendorError(kind ?? 'status', operation, said,",
    by: "VendorError(kind ?? 'status', operation, outgoing.bearer?.reveal() ?? said,",
    breaks: 'no-leak',
    says: 'CanaryInTheCoalMine',
    seed: 1,
  },
  {
    name: 'intent not written',
    file: 'lib/pass/apply/attempt.ts',
    text: 'unreadable.length === 0 ? left : { ...left, intent }',
    by: 'unreadable.length === 0 && intent ? left : left',
    breaks: 'convergence',
    says: 'is not right',
    seed: 73,
  },
  {
    name: 'resend mark not written',
    file: 'lib/pass/apply/record-result.ts',
    text: 'if (isUnreadable) await deps.ledger.markResend(request.connection, record.id, tally.id);',
    by: '',
    breaks: 'convergence',
    says: 'is not right',
    seed: 761,
  },
  {
    name: 'lease not checked before an attempt',
    file: 'lib/lease/pass-gate.ts',
    text: 'lease.assertOwned(attemptMs);',
    by: '',
    breaks: 'no-stale-write',
    says: 'was read under the lease',
    seed: 'lease-lost-before-an-attempt',
  },
  {
    name: 'release by the newest count of knocks',
    file: 'lib/lease/rounds.ts',
    text: "lease.release(isSafe ? 'clear' : 'keep', knocks)",
    by: "lease.release(isSafe ? 'clear' : 'keep')",
    breaks: 'nothing-lost',
    says: 'nobody will serve it',
    seed: 'knock-during-handover',
  },
  {
    name: 'release despite new knocks',
    file: 'lib/lease/protocol.ts',
    text: "if (!keep && item.knocks !== knocks) return refused('knocked', item);",
    by: '',
    breaks: 'nothing-lost',
    says: 'nobody will serve it',
    seed: 6,
  },
  {
    name: 'continuations without progress',
    file: 'lib/pass/report.ts',
    text: 'return hops > 0 && !tally.hasRecorded;',
    by: 'return false;',
    breaks: 'no-flood',
    says: 'and recorded no server',
    seed: 'continuation-without-progress',
  },
  {
    name: 'reader uses more than its tenth',
    file: 'lib/lease/read-only-gate.ts',
    text: 'while (admitted.length >= share && !signal.aborted) {',
    by: 'while (admitted.length >= 3 * share && !signal.aborted) {',
    breaks: 'no-flood',
    says: 'calls in a minute by',
    seed: 10,
  },
  {
    name: 'guard counts after the change',
    file: 'lib/pass/apply/apply.ts',
    text: 'await lease.renew();',
    by: '',
    breaks: 'no-harm',
    says: 'changed within an hour',
    seed: 'guard-of-a-process-that-dies',
  },
  {
    name: 'sent changes count only if answered',
    file: 'lib/gateways/http/client.ts',
    text: 'if (mayHaveReached(error)) attempt.reached?.();',
    by: '',
    breaks: 'no-harm',
    says: 'changed within an hour',
    seed: 'guard-of-a-gateway-that-cuts',
  },
  {
    name: 'backoff ended by a pass without a call',
    file: 'lib/pass/vendor.ts',
    text: 'list + get + put > 0 ? undefined : before',
    by: 'undefined',
    breaks: 'no-flood',
    says: 'after failed pass',
    seed: 'backoff-without-a-call',
  },
  {
    name: 'unchanged fields sent',
    file: 'lib/plan/body/body.ts',
    text: 'changed.has(unit.pointer) && !isOf(blocked, unit) &&',
    by: 'unit.field.access !== "secret" && !isOf(blocked, unit) &&',
    breaks: 'no-harm',
    says: 'is what it was already',
    seed: 1,
  },
  {
    name: 'credential left out of a PUT',
    file: 'lib/gateways/contextforge/client.ts',
    text: 'if (mask !== undefined) return { ...body, authToken: mask.reveal() };',
    by: 'if (mask !== undefined) return body;',
    breaks: 'no-harm',
    says: 'erased the stored credential',
    seed: 2,
  },
  {
    name: 'a dropped PUT counts as done',
    file: 'lib/pass/apply/attempt.ts',
    text: 'if (context.table.dropsPuts && mayBeDropped(sent, live, answer)) answer = await put();',
    by: '',
    breaks: 'convergence',
    says: 'is not right',
    seed: 688,
  },
  ...lifecycleMutations,
];

const textOf = (source: string | ArrayBuffer | NodeJS.TypedArray | undefined | null): string =>
  typeof source === 'string' ? source : new TextDecoder().decode(source ?? undefined);

/** Puts a mutation in force for all that is imported from now on. @throws Error if its text does not stand there once */
export function mutate(name: string): void {
  const mutation = mutations.find((one) => one.name === name);
  if (!mutation) throw new Error(`there is no mutation '${name}'`);
  for (const place of [mutation, ...(mutation.also ?? [])]) mutatePlace(name, place);
}

function mutatePlace(name: string, { file, text, by }: Pick<Mutation, 'file' | 'text' | 'by'>) {
  registerHooks({
    load: (url, context, next) => {
      const loaded = next(url, context);
      if (!url.endsWith(`/${file}`)) return loaded;
      const [before, after, ...more] = textOf(loaded.source).split(text);
      if (before === undefined || after === undefined || more.length > 0) {
        throw new Error(`mutation '${name}': its text does not stand just once in ${file}`);
      }
      return { ...loaded, source: before + by + after };
    },
  });
}
