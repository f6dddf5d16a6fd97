import { buildBody } from '../../../lib/plan/body/body.ts';
import type { ServerPolicy } from '../../../lib/model/desired.types.ts';
import { fingerprint, matchFingerprint } from '../../../lib/plan/diff/fingerprint.ts';
import type { FingerprintKeys } from '../../../lib/model/fingerprint.types.ts';
import type { JsonObject, Pointer } from '../../../lib/model/json/json.types.ts';
import type { AppliedField, ServerRecord } from '../../../lib/model/ledger.types.ts';
import { getAt, setAt } from '../../../lib/model/json/pointer.ts';
import { notedRecord, planServer } from '../../../lib/plan/server-plan.ts';
import type { ServerPlan } from '../../../lib/plan/server-plan.types.ts';
import { stoppedAgain } from '../../../lib/plan/due.ts';
import { notedFields, withOutcome } from '../../../lib/plan/record.ts';
import { asReference, formatReference } from '../../../lib/model/secret-reference.ts';
import type { Unit } from '../../../lib/model/units.ts';
import { agrees, declaredUnits, readUnit } from '../../../lib/model/units.ts';
import { undecidedField } from '../../../lib/plan/body/undecided.ts';
import { verifyUnit } from '../../../lib/plan/body/verify-answer.ts';
import { contextOf, inputsOf, iso, keys, minute, now, serverOf } from './builders.ts';
import { table } from './tables.ts';
import { applyPut, show } from './vendor-model.ts';

type Transform = (after: JsonObject, before: JsonObject) => JsonObject;
const asIs: Transform = (after) => after;

/** One server at one vendor, and passes over it as the reconciler makes them, without its failures. */
export class World {
  spec: JsonObject = {};
  policy: Partial<ServerPolicy> = {};
  generation: number | undefined;
  now = now;
  keys: FingerprintKeys = keys;
  record: ServerRecord | undefined;
  resend: 'none' | 'all' = 'none';
  /** All that the vendor holds, what it never shows included; undefined: it has no such server. */
  state: JsonObject | undefined = {};
  /** What the vendor makes of a PUT before it stores it. */
  stores = asIs;
  /** What it shows in answer to one. */
  answers = asIs;
  readonly secrets = new Map<string, { value: string; version: string }>();
  readonly puts: JsonObject[] = [];
  writes = 0;

  constructor(spec: JsonObject = {}, state: JsonObject = {}) {
    this.spec = spec;
    this.state = state;
  }

  get server() {
    const { generation } = this;
    return serverOf(this.spec, {
      policy: this.policy,
      ...(generation !== undefined && { generation }),
    });
  }

  get outcome() {
    return this.record?.outcome;
  }

  get units(): readonly Unit[] {
    return declaredUnits(table, this.spec, this.policy.ignore ?? []);
  }

  /** Somebody changes a value at the vendor. */
  drift(pointer: Pointer, value: string): void {
    this.state = setAt(this.state as JsonObject, pointer, value);
  }

  plan(): ServerPlan {
    const secretVersions = new Map([...this.secrets].map(([name, { version }]) => [name, version]));
    const context = contextOf({ keys: this.keys, secretVersions, now: this.now });
    return planServer(context, this.#inputs());
  }

  /** One pass, by itself five minutes after the last. Says what was sent and why, or the outcome if nothing was. */
  pass(afterMs = 5 * minute): string {
    this.now += afterMs;
    const plan = this.plan();
    const { outcome, changes } = plan.planned;
    if (outcome !== 'updated') {
      this.#write(notedRecord(plan, this.#inputs().declared, this.now));
      return outcome;
    }
    this.#apply(plan);
    return changes.map(({ pointer, cause }) => `${pointer} ${cause}`).join(', ');
  }

  passes(count: number): string[] {
    return Array.from({ length: count }, () => this.pass());
  }

  /** Whether the vendor holds what is declared of a unit. */
  isTrue(unit: Unit): boolean {
    const state = this.state as JsonObject;
    const { access } = unit.field;
    if (access === 'secret') return getAt(state, unit.pointer) === this.#secretOf(unit).value;
    const field = { ...unit.field, access: 'read-write' as const };
    const reading = readUnit(
      { ...unit, field },
      { id: 's1', fields: { restrictions: {}, ...state } },
    );
    // Null clears what cannot be read back too.
    return agrees(unit, reading) || (unit.value === null && reading.kind === 'unreadable');
  }

  #inputs() {
    const { state, record, resend } = this;
    const live = state && show(table, state);
    return inputsOf(this.server, live, { ...(record && { record }), resend });
  }

  #secretOf({ value }: Unit) {
    return this.secrets.get(asReference(value).secret) ?? { value: 'unset', version: 'v0' };
  }

  #apply(plan: ServerPlan): void {
    const before = this.state as JsonObject;
    const live = { id: 's1', fields: show(table, before) };
    const scope = (pointer: Pointer) => ({ account: 'acme', server: 's1', pointer });
    const moved = plan.planned.changes.filter(({ pointer, conditional }) => {
      const unit = this.#unitAt(pointer);
      const known = plan.record.applied[pointer];
      if (!conditional || !known) return true;
      const { value } = this.#secretOf(unit);
      return matchFingerprint(this.keys, known.fingerprint, scope(pointer), value) !== 'same';
    });
    const changed = new Set(moved.map(({ pointer }) => pointer));
    const texts = new Map(
      this.units
        .filter(({ field }) => field.access === 'secret')
        .map((unit) => [unit.pointer, this.#secretOf(unit).value]),
    );
    const { body, sent } = buildBody(this.units, changed, new Set(), live, texts);
    if (sent.length > 0) {
      this.puts.push(body);
      this.state = this.stores(applyPut(table, before, body), before);
    }
    const after = show(table, this.state as JsonObject);
    const answer = { id: 's1', fields: this.answers(after, live.fields) };

    const noted = notedFields(plan.record, plan.verdicts);
    const applied = { ...noted.applied };
    const undecided = { ...noted.undecided };
    const normalised = { ...noted.normalised };
    const appliedOf = (unit: Unit, at: string): AppliedField => {
      const { pointer, field, value } = unit;
      if (field.access !== 'secret') {
        return { fingerprint: fingerprint(this.keys, scope(pointer), value), at };
      }
      const { value: text, version } = this.#secretOf(unit);
      const source = formatReference(asReference(value));
      return { fingerprint: fingerprint(this.keys, scope(pointer), text), at, version, source };
    };
    for (const { pointer } of plan.planned.changes) {
      const known = applied[pointer];
      if (!changed.has(pointer) && known)
        applied[pointer] = appliedOf(this.#unitAt(pointer), known.at);
    }
    for (const unit of sent) {
      const { pointer, value } = unit;
      const result = verifyUnit(unit, live, answer);
      delete normalised[pointer];
      if (!('answered' in result)) {
        applied[pointer] = appliedOf(unit, iso(this.now));
        delete undecided[pointer];
        continue;
      }
      const again = plan.planned.changes.some(
        (change) => change.pointer === pointer && change.cause === 'notApplied',
      );
      undecided[pointer] = undecidedField(
        this.keys,
        scope(pointer),
        value,
        result,
        again ? undecided[pointer] : plan.record.normalised[pointer],
        (again ? (undecided[pointer]?.attempts ?? 0) : 0) + 1,
      );
    }
    const isOpen = Object.keys(undecided).length > 0;
    const isRefused = plan.verdicts.some(
      (verdict) => verdict.state === 'change' && verdict.refused && undecided[verdict.unit.pointer],
    );
    const { server } = this;
    this.resend = 'none';
    this.#write(
      withOutcome(plan.record, isRefused ? 'refused' : isOpen ? 'waiting' : 'inSync', this.now, {
        applied,
        undecided,
        normalised,
        contentHash: server.contentHash,
        generation: server.generation ?? plan.record.generation,
        stopped: isRefused
          ? stoppedAgain(plan.record.stopped, 'refused', plan.key(), this.now)
          : undefined,
      }),
    );
  }

  #unitAt(pointer: Pointer): Unit {
    return this.units.find((unit) => unit.pointer === pointer) as Unit;
  }

  #write(record: ServerRecord | undefined): void {
    if (!record) return;
    this.writes += 1;
    this.record = { ...record, rev: record.rev + 1 };
  }
}

/** A world in which the secrets that a random declaration may name exist. */
export function worldOf(declared: JsonObject, state: JsonObject): World {
  const world = new World(declared, state);
  for (const name of ['one', 'two']) {
    world.secrets.set(`trueup/acme/${name}`, { value: name, version: 'v1' });
  }
  return world;
}
