import { readUnit } from '../../model/units.ts';
import type { Unit } from '../../model/units.ts';
import { secretChange } from './change.ts';
import type { DiffInputs, FieldVerdict } from './diff.types.ts';
import { nothingToNote } from './fingerprint.ts';

/**
 * Adds the changes that follow from groups: if one field of a group changes, the group's secrets are sent too, and the
 * plan shows that. Its other fields are sent unchanged (see `buildBody`).
 *
 * A secret stays conditional only if no other field causes its group to be sent.
 */
export function withSentTogether(
  inputs: DiffInputs,
  verdicts: readonly FieldVerdict[],
): readonly FieldVerdict[] {
  const moving = Map.groupBy(
    verdicts.filter(({ state, unit }) => state === 'change' && unit.field.group !== undefined),
    ({ unit }) => unit.field.group,
  );
  if (moving.size === 0) return verdicts;
  const secrets = verdicts.filter(({ unit }) => unit.field.access === 'secret');
  const isAlone = ({ unit: { field } }: FieldVerdict) =>
    moving.get(field.group)?.length === 1 &&
    secrets.filter(({ unit }) => unit.field.group === field.group).length === 1;
  return verdicts.map((verdict) => {
    const { unit, state } = verdict;
    if (unit.field.access !== 'secret' || !moving.has(unit.field.group)) return verdict;
    if (state !== 'change') return sentAlong(inputs, unit);
    if (isAlone(verdict)) return verdict;
    return { ...verdict, change: { ...verdict.change, conditional: false } };
  });
}

function sentAlong(inputs: DiffInputs, unit: Unit): FieldVerdict {
  const applied = inputs.record?.applied[unit.pointer];
  const live = readUnit(unit, inputs.live);
  const change = secretChange(inputs, unit, 'together', applied, false, live);
  return { unit, state: 'change', note: nothingToNote, change };
}
