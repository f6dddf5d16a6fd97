/** What a simulated vendor receives: its calls, the calls of a token endpoint, or another request. */
export type SimulatedOperation =
  'list' | 'get' | 'put' | 'create' | 'delete' | 'token' | 'authorize' | 'other';

/** A JSON object, as a vendor sends it. */
export type Json = Record<string, unknown>;

/**
 * What goes wrong. The effects that answer in place of the vendor (`status`, `cut`, `html`, `huge`, `redirect`, `hang`)
 * do so before a PUT is applied, or after it with `applied: true`.
 */
export type Effect =
  | { readonly kind: 'latency'; readonly ms: number }
  /** Waits until `until` resolves. */
  | { readonly kind: 'wait'; readonly until: Promise<void> }
  | {
      readonly kind: 'status';
      readonly status: number;
      /** Seconds, or `{ at }` in milliseconds since the epoch for the header's HTTP-date form. */
      readonly retryAfter?: number | { readonly at: number };
      /** Defaults to the vendor's own error form; text is sent unchanged. */
      readonly body?: unknown;
      readonly headers?: Readonly<Record<string, string>>;
      readonly applied?: boolean;
    }
  /** The connection drops without an answer. */
  | { readonly kind: 'cut'; readonly applied?: boolean }
  /** An HTML page of a proxy instead of JSON. The status defaults to 200. */
  | { readonly kind: 'html'; readonly status?: number; readonly applied?: boolean }
  /** 200 with a body of this many bytes, valid JSON. */
  | { readonly kind: 'huge'; readonly bytes: number; readonly applied?: boolean }
  | {
      readonly kind: 'redirect';
      readonly to: string;
      readonly status?: number;
      readonly applied?: boolean;
    }
  /** No answer until the simulator closes. */
  | { readonly kind: 'hang'; readonly applied?: boolean }
  /** 401 for every token. */
  | { readonly kind: 'expired' }
  /** PUT answers 200 with the old value. */
  | { readonly kind: 'stale'; readonly applied: boolean }
  /** PUT changes the value that it was sent: in what it stores, or with `stored: false` in its answer only. */
  | {
      readonly kind: 'normalise';
      readonly change: (server: Json) => Json;
      readonly stored?: boolean;
    }
  /** PUT is applied; the next `reads` lists or GETs of that server show the old value. */
  | { readonly kind: 'delayed'; readonly reads: number }
  /** 404 on GET and PUT, and gone from the list. */
  | { readonly kind: 'vanish' }
  /** From the second page on, as if a server had been added or removed at the front in between. */
  | { readonly kind: 'shift'; readonly how: 'repeat' | 'skip' }
  /** A field of the answered servers is replaced. The value defaults to `ab...yz`. */
  | { readonly kind: 'mask'; readonly field: string; readonly value?: unknown };

/** Which requests an effect is for: those that match every given selector, after `skip`, `times` times. */
export interface MisbehaviourRule {
  readonly method?: string;
  readonly operation?: SimulatedOperation;
  readonly path?: RegExp;
  /** A server's id. Also matches lists where the effect shows in them (`vanish`, `mask`). */
  readonly id?: string;
  readonly skip?: number;
  readonly times?: number;
  readonly effect: Effect;
}

/** What rules match. */
export interface Selectable {
  readonly method: string;
  readonly path: string;
  readonly operation: SimulatedOperation;
  readonly id?: string;
}

/** An effect on one server, or on all of them. */
export interface TakenEffect {
  readonly effect: Effect;
  readonly id: string | undefined;
}

/** The rules in force, in the order in which they were added. */
export interface Misbehaviour {
  /** Returns a function that ends these rules. */
  readonly add: (...rules: readonly MisbehaviourRule[]) => () => void;
  /** The effects for this request; counts it for `skip` and `times`. */
  readonly take: (request: Selectable) => TakenEffect[];
}

/** No rules yet. */
export function misbehaviour(): Misbehaviour {
  let rules: { readonly rule: MisbehaviourRule; seen: number }[] = [];
  return {
    add: (...added) => {
      const entries = added.map((rule) => ({ rule, seen: 0 }));
      rules.push(...entries);
      return () => {
        rules = rules.filter((entry) => !entries.includes(entry));
      };
    },
    take: (request) =>
      rules.flatMap((entry) => {
        const { rule } = entry;
        if (!fits(rule, request)) return [];
        entry.seen += 1;
        const nth = entry.seen - (rule.skip ?? 0);
        if (nth < 1 || nth > (rule.times ?? Infinity)) return [];
        return [{ effect: rule.effect, id: rule.id }];
      }),
  };
}

function fits(rule: MisbehaviourRule, request: Selectable): boolean {
  const { effect } = rule;
  if (rule.method !== undefined && rule.method !== request.method) return false;
  if (rule.operation !== undefined && rule.operation !== request.operation) return false;
  if (rule.path && request.path.search(rule.path) === -1) return false;
  const inLists = effect.kind === 'vanish' || effect.kind === 'mask';
  const listed = inLists && request.operation === 'list';
  if (rule.id !== undefined && rule.id !== request.id && !listed) return false;
  const only = onlyFor[effect.kind];
  return only === undefined || only === request.operation;
}

/** Effects that apply to one operation only, and are not used up by others. */
const onlyFor: Partial<Record<Effect['kind'], SimulatedOperation>> = {
  stale: 'put',
  normalise: 'put',
  delayed: 'put',
  shift: 'list',
};
