import type { Mutation } from './mutation.types.ts';

/** Of the rules by which servers come and go. */
export const lifecycleMutations: readonly Mutation[] = [
  {
    name: 'created without a reservation',
    file: 'lib/pass/apply/create.ts',
    text: 'const taken = await deps.ledger.advance(connection, server.created.label, event, stored);',
    by: 'const taken = { ok: true, stored, event };',
    breaks: 'no-harm',
    says: 'it is not reserved',
    seed: 3,
  },
  {
    name: 'POST repeated after an unknown outcome',
    file: 'lib/gateways/http/session.ts',
    text: "repeatable: isRead ? 'anytime' : 'unsent',",
    by: "repeatable: isRead || operation === 'create' ? 'anytime' : 'unsent',",
    breaks: 'no-harm',
    says: 'it was sent before, and may have been processed',
    seed: 3,
  },
  {
    name: 'an unknown outcome taken for a refusal',
    file: 'lib/pass/apply/create.ts',
    text: 'if (isUnsent || !reserved || wasNotProcessed(error)) {',
    by: "if (isUnsent || !reserved || wasNotProcessed(error) || error.code !== '') {",
    breaks: 'convergence',
    says: 'it is not bound',
    seed: 58,
  },
  {
    name: 'not bound before the PUT',
    file: 'lib/pass/apply/create.ts',
    text: "const isBound = await advance(context, work, {\n    kind: 'answered',\n    nonce,\n    id,\n    ...consent,\n    binding,\n  });",
    by: 'const isBound = binding !== undefined;',
    breaks: 'no-harm',
    says: 'it is not bound',
    seed: 3,
  },
  {
    name: 'deleted without an approval',
    file: 'lib/pass/apply/lifecycle-work.ts',
    text: "(outcome === 'created' || (approved.has(hash) && unreadable.size === 0)),",
    by: "(outcome === 'created' || unreadable.size === 0 || approved.has(hash)),",
    also: [{ file: 'lib/plan/guard.ts', text: '    ...toDelete,\n', by: '' }],
    breaks: 'no-harm',
    says: 'nobody approved that',
    seed: 23,
  },
];
