import type { FieldChange } from '../../plan/plan.types.ts';
import type { ServerPlan } from '../../plan/server-plan.types.ts';
import { asReference, formatReference, requestOf } from '../../model/secret-reference.ts';
import type { Secret, SecretRequest } from '../../model/secret.ts';
import type { Unit } from '../../model/units.ts';
import type { KnownSecrets } from '../../secrets/known-secrets.ts';
import { secretProblem, wasDecrypted } from '../../secrets/secret-source.ts';
import type { SecretSource, SecretValue } from '../../secrets/secret-source.ts';
import { StoreError } from '../../model/errors/store-error.ts';
import type { AttemptFailure } from '../after-failure.ts';

const batchSize = 20;

/**
 * Values of servers' secrets for one pass. They are fetched in batches of up to twenty names, each batch when its first
 * value is needed, and dropped with the pass.
 */
export class SecretValues {
  /** Number of secrets that this pass decrypted. */
  decrypted = 0;
  readonly #connection: string;
  readonly #secrets: SecretSource;
  readonly #known: KnownSecrets;
  readonly #batchOf = new Map<string, readonly SecretRequest[]>();
  readonly #fetched = new Map<
    readonly SecretRequest[],
    Promise<ReadonlyMap<string, SecretValue>>
  >();

  /**
   * @param needed - all requests that may be made, in order of use
   * @param known - receives each value, because the gateway may show it in an answer about another server
   */
  constructor(
    connection: string,
    secrets: SecretSource,
    needed: readonly SecretRequest[],
    known: KnownSecrets,
  ) {
    this.#connection = connection;
    this.#secrets = secrets;
    this.#known = known;
    for (const batch of batches(needed)) {
      for (const request of batch) this.#batchOf.set(sourceOf(request), batch);
    }
  }

  /** @throws StoreError if the secret store failed as a whole */
  async get(request: SecretRequest): Promise<SecretValue> {
    const source = sourceOf(request);
    const batch = this.#batchOf.get(source) ?? [request];
    const known = this.#fetched.get(batch) ?? this.#fetch(batch);
    this.#fetched.set(batch, known);
    return (await known).get(source) as SecretValue;
  }

  async #fetch(batch: readonly SecretRequest[]): Promise<ReadonlyMap<string, SecretValue>> {
    const values = await this.#secrets.values(this.#connection, batch);
    this.#known.add(values.flatMap((one) => (one.found ? [one.value] : [])));
    const decrypted = batch.filter((_, index) => wasDecrypted(values[index]));
    this.decrypted += new Set(decrypted.map(({ secret }) => secret)).size;
    return new Map(
      batch.map((request, index) => [sourceOf(request), values[index] as SecretValue]),
    );
  }
}

/** The same key for equal requests. */
const sourceOf = (request: SecretRequest) =>
  `${request.multiline === true ? 'lines of ' : ''}${formatReference(request)}`;

/** Groups of requests with at most twenty names, with each name in one group. */
function batches(needed: readonly SecretRequest[]): SecretRequest[][] {
  const byName = new Map<string, Map<string, SecretRequest>>();
  for (const request of needed) {
    const ofName = byName.get(request.secret) ?? new Map<string, SecretRequest>();
    byName.set(request.secret, ofName.set(sourceOf(request), request));
  }
  const names = [...byName.values()];
  return Array.from({ length: Math.ceil(names.length / batchSize) }, (_, index) =>
    names
      .slice(index * batchSize, (index + 1) * batchSize)
      .flatMap((ofName) => [...ofName.values()]),
  );
}

/** The value of one changed secret field. */
export interface FoundSecret {
  readonly unit: Unit;
  readonly change: FieldChange;
  readonly value: Secret;
  readonly version: string;
}

/** The values for the changes of a server, or why one is not available. */
export async function fetchValues(
  secrets: SecretValues,
  plan: ServerPlan,
  changes: readonly FieldChange[],
): Promise<{ found: readonly FoundSecret[] } | { failure: AttemptFailure }> {
  const wanted = changes.flatMap((change) => {
    const unit = plan.verdicts.find((verdict) => verdict.unit.pointer === change.pointer)?.unit;
    return unit?.field.access === 'secret' ? [{ unit, change }] : [];
  });
  const values = await Promise.all(
    wanted.map(async ({ unit, change }) => ({
      unit,
      change,
      value: await secrets.get(requestOf(unit)).catch(unavailable),
    })),
  );
  for (const { unit, value } of values) {
    if (!value.found) return { failure: secretFailure(unit, value) };
  }
  return {
    found: values.flatMap(({ unit, change, value }) =>
      value.found ? [{ unit, change, value: value.value, version: value.version }] : [],
    ),
  };
}

/** If the store fails as a whole, this server waits, and servers that need no secret continue. */
function unavailable(error: unknown): SecretValue {
  if (!(error instanceof StoreError)) throw error;
  return { found: false, code: 'unavailable', message: error.message };
}

function secretFailure(unit: Unit, value: SecretValue & { found: false }): AttemptFailure {
  const message = secretProblem(asReference(unit.value), value);
  return {
    class: value.code === 'unavailable' ? 'transient' : 'terminal',
    reason: { code: `secret-${value.code}`, message, pointer: unit.pointer },
  };
}
