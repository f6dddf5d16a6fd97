import type { CreatedServer, DesiredServer } from '../../model/desired.types.ts';
import type { Reason, ServerRecord } from '../../model/ledger.types.ts';
import type { Binding } from '../../model/lifecycle.types.ts';
import type { Outcome } from '../../model/outcome.ts';
import { attemptKey } from '../diff/change.ts';
import { creationVerdicts, incompleteList, newServerFinding } from './creation-plan.ts';
import {
  alreadyGone,
  deletionChanges,
  mayBeDeleted,
  notDeletable,
  nothingShown,
} from './deletion-plan.ts';
import { foundByName, isRenamed } from './recognition.ts';
import { isDue } from '../due.ts';
import { findingOf } from '../finding.ts';
import type { FieldChange } from '../plan.types.ts';
import { askingOf, diffInputsOf, nothingToAttempt, planned } from '../planned.ts';
import type {
  LifecycleContext,
  PlanContext,
  ServerInputs,
  ServerPlan,
} from '../server-plan.types.ts';

/** A server whose row has no id. */
type Created = DesiredServer & { readonly created: CreatedServer };

/** Plans a server without a binding: it does not exist, or a creation is unresolved. */
export function planNew(
  context: PlanContext,
  { connection, table }: LifecycleContext,
  inputs: ServerInputs,
  server: Created,
  record: ServerRecord,
): ServerPlan {
  const { mode } = server.policy;
  const { id, created } = server;
  const { keys } = context;
  const finding = newServerFinding(
    connection,
    server,
    inputs,
    (reservation, named) => foundByName(keys, id, table, reservation, named),
    (reservation) => isRenamed(keys, server, table, reservation),
  );
  const simple = (outcome: Outcome, reason?: Reason): ServerPlan => ({
    planned: planned(inputs.declared, mode, outcome, record, [], reason),
    verdicts: [],
    key: nothingToAttempt,
    record,
  });
  switch (finding.kind) {
    case 'nothing':
      return { ...simple('inSync'), inSyncAs: 'inSync' };
    case 'waits':
      return simple('waiting', finding.reason);
    case 'invalid':
      return simple('invalid', finding.reason);
    case 'unsure': {
      const label = finding.settle && ({ kind: 'settle', ...finding.settle } as const);
      return { ...simple('unsure', finding.reason), label };
    }
    case 'create': {
      const asking = askingOf(context, mode);
      const units = [...created.createOnly, ...server.units];
      const live = { id, fields: {} };
      const verdicts = creationVerdicts(diffInputsOf(context, inputs, server, live), units);
      const key = () => attemptKey(server, context.secretVersions, context.credential);
      const found = findingOf(asking, server, record, verdicts, key);
      const outcome = found.outcome === 'updated' ? 'created' : found.outcome;
      const { changes, reason } = found;
      return {
        planned: planned(inputs.declared, mode, outcome, record, changes, reason),
        verdicts,
        key,
        record,
      };
    }
  }
}

/** Plans a server that is declared absent or whose deletion is unresolved; undefined for any other server. */
export function planGoing(
  context: PlanContext,
  { table, stack }: LifecycleContext,
  inputs: ServerInputs,
  server: Created,
  record: ServerRecord,
): ServerPlan | undefined {
  const { mode } = server.policy;
  const { live } = inputs;
  const binding = server.created.stored.binding as Binding;
  const simple = (
    outcome: Outcome,
    reason?: Reason,
    changes: readonly FieldChange[] = [],
  ): ServerPlan => ({
    planned: planned(inputs.declared, mode, outcome, record, changes, reason),
    verdicts: [],
    key: nothingToAttempt,
    record,
  });
  if (binding.removal) {
    return {
      ...simple('unsure', mayBeDeleted),
      label: { kind: 'removal', isThere: live !== undefined },
    };
  }
  if (!server.created.isAbsent) return undefined;
  const { account, keys } = context;
  const problem = notDeletable(binding, { account, stack });
  if (problem) return simple('invalid', problem);
  const why = incompleteList(inputs);
  // Recorded first: until it is known to be missing, a list without it does not count as complete, not even for other
  // labels.
  if (!live && (why || record.outcome !== 'missing')) return simple('missing', alreadyGone);
  if (why) return simple('waiting', why);
  if (!live) return { ...simple('unsure', alreadyGone), label: { kind: 'already-gone' } };
  const changes = deletionChanges(keys, account, table, live);
  if (changes.length === 0) return simple('waiting', nothingShown);
  const asking = askingOf(context, mode);
  const { attended } = asking;
  const key = () => attemptKey(server, context.secretVersions, context.credential);
  const wait = record.stopped ?? record.retry;
  if (wait && !isDue(wait, key, asking)) {
    return { ...simple(record.stopped ? 'failed' : 'waiting', record.reason, changes), key };
  }
  return {
    ...simple(mode === 'report' && !attended ? 'reported' : 'deleted', undefined, changes),
    key,
  };
}
