import { isDeepStrictEqual } from 'node:util';
import { decide } from '../../lib/lifecycle/protocol.ts';
import type { Attempt, LifecycleDecision, LifecycleEvent } from '../../lib/lifecycle/protocol.ts';
import type { Binding, LabelState, Reservation } from '../../lib/model/lifecycle.types.ts';

/*
 * A world with one label, a gateway that takes any number of servers of the same name, and processes that make passes over it.
 * Every choice (whose turn it is, who dies, what an answer does, what a list shows) is followed. Time is in ticks: a request
 * takes one at most, a lease two, and a list may lack what was created less than `lagTicks` ago. What a pass reads it reads at
 * one moment: what another process writes after that is met when it writes itself.
 */

export interface Rules {
  readonly decide: typeof decide;
  /** How long what may have been sent is waited for. */
  readonly settling: number;
  /** Whether a list that is not complete is believed. */
  readonly believesPart: boolean;
  /** Whether a server is recognised by its name where the gateway shows nothing else. */
  readonly believesName: boolean;
}

export const rules: Rules = { decide, settling: 5, believesPart: false, believesName: false };

/** How much may go wrong in one world. */
export interface Limits {
  readonly deaths: number;
  readonly lost: number;
  readonly ticks: number;
  /** So many passes are begun. */
  readonly passes: number;
  readonly lagTicks: number;
  /** Whether the label is to be deleted once it is bound. */
  readonly absent?: boolean;
  /** Its server was created before. */
  readonly created?: boolean;
  /** Another's server of the same name is there from the beginning. */
  readonly stranger?: boolean;
  /** Another's server of the same name comes while it is not known what became of a request. */
  readonly strangerLater?: boolean;
  /** The gateway shows the names of servers only. */
  readonly namesOnly?: boolean;
  /** So often a process is frozen before it sends a request, however long, and sends it without the lease. */
  readonly freezes?: number;
  /** The gateway refuses a second server of the same name. */
  readonly unique?: boolean;
}

const leaseTicks = 2;
/** A gateway may do what was asked for so long after nobody waits for its answer any more. */
const lateTicks = 1;

interface Server {
  readonly id: string;
  readonly bornAt: number;
  readonly ours: boolean;
}

interface Request {
  readonly kind: 'create' | 'delete';
  readonly nonce: string;
  readonly until: number;
}

type Step =
  | 'idle'
  | 'send'
  | 'wait'
  | { readonly writes: readonly LifecycleEvent[]; readonly after: 'send' | 'end' };

interface Caller {
  readonly step: Step;
  readonly epoch: number;
  readonly nonce: string;
  readonly seen: LabelState;
}

interface Listed {
  readonly ids: readonly string[];
  readonly at: number;
  readonly whole: boolean;
}

export interface World {
  readonly now: number;
  readonly reservation: Reservation | null;
  readonly binding: Binding | null;
  readonly servers: readonly Server[];
  readonly requests: readonly Request[];
  readonly callers: readonly Caller[];
  readonly epoch: number;
  readonly owner: number | null;
  readonly expiresAt: number;
  readonly made: number;
  readonly deaths: number;
  readonly lost: number;
  readonly strangers: number;
  readonly freezes: number;
  readonly approved: boolean;
}

const account = 'a';
const stack = 's';
const time = (tick: number) => new Date(tick).toISOString();
const reason = { code: 'unknown', message: 'no answer' };
const idle: Caller = { step: 'idle', epoch: 0, nonce: '', seen: {} };

export function firstWorld(limits: Limits): World {
  return {
    now: 0,
    reservation: null,
    binding: limits.created ? { ...newBinding, createOnly: '', id: 'n0' } : null,
    servers: [
      ...(limits.stranger ? [{ id: 'stranger', bornAt: -100, ours: false }] : []),
      ...(limits.created ? [{ id: 'n0', bornAt: -100, ours: true }] : []),
    ],
    requests: [],
    callers: [idle, idle],
    epoch: 0,
    owner: null,
    expiresAt: 0,
    made: limits.created ? 1 : 0,
    deaths: limits.deaths,
    lost: limits.lost,
    strangers: limits.strangerLater ? 1 : 0,
    freezes: limits.freezes ?? 0,
    approved: limits.absent === true,
  };
}

/** All worlds that may follow. */
export function nextWorlds(world: World, limits: Limits, byRules: Rules): readonly World[] {
  return [
    ...(world.now < limits.ticks ? [{ ...world, now: world.now + 1 }] : []),
    ...world.callers.flatMap((caller, index) => turns(world, caller, index, limits, byRules)),
    ...world.callers.flatMap((caller, index) =>
      world.deaths > 0 && caller.step !== 'idle'
        ? [{ ...withCaller(world, index, idle), deaths: world.deaths - 1 }]
        : [],
    ),
    ...world.requests.flatMap((request) => arrivals(world, request, limits)),
    ...(world.strangers > 0 && world.reservation
      ? [
          {
            ...world,
            strangers: 0,
            servers: [...world.servers, { id: 'stranger', bornAt: world.now, ours: false }],
          },
        ]
      : []),
  ];
}

function withCaller(world: World, index: number, caller: Caller): World {
  return { ...world, callers: world.callers.map((one, at) => (at === index ? caller : one)) };
}

/** A request comes to the gateway, or is lost on the way there. */
function arrivals(world: World, request: Request, { unique }: Limits): readonly World[] {
  const requests = world.requests.filter((one) => one !== request);
  const isRefused = unique === true && request.kind === 'create' && world.servers.length > 0;
  const done = isRefused
    ? { ...world, requests }
    : request.kind === 'create'
      ? {
          ...world,
          requests,
          made: world.made + 1,
          servers: [...world.servers, { id: request.nonce, bornAt: world.now, ours: true }],
        }
      : { ...world, requests, servers: world.servers.filter(({ id }) => id !== request.nonce) };
  return [
    ...(request.until + lateTicks >= world.now ? [done] : []),
    ...(world.lost > 0 || request.until + lateTicks < world.now
      ? [{ ...world, requests, lost: Math.max(0, world.lost - 1) }]
      : []),
  ];
}

function turns(
  world: World,
  caller: Caller,
  index: number,
  limits: Limits,
  byRules: Rules,
): readonly World[] {
  const go = (step: Step, more: Partial<Caller> = {}) =>
    withCaller(world, index, { ...caller, ...more, step });
  const { step } = caller;
  const end = (from: World): World => ({
    ...withCaller(from, index, idle),
    ...(from.owner === index && from.epoch === caller.epoch && { owner: null }),
  });
  if (step === 'idle') {
    const isFree = world.owner === null || world.expiresAt < world.now;
    if (!isFree || world.now >= limits.ticks || world.epoch >= limits.passes) return [];
    const epoch = world.epoch + 1;
    const seen = seenIn(world);
    return lists(world, limits).flatMap((listed) => {
      const wanted = toDo({ seen, listed, epoch }, world, limits, byRules);
      if (!wanted) return [];
      const owned = { ...world, epoch, owner: index, expiresAt: world.now + leaseTicks };
      return [withCaller(owned, index, { ...wanted, epoch, seen })];
    });
  }
  if (step === 'send') {
    // As the lease's gate: a request starts only if the lease outlives it.
    const isOwned = world.owner === index && world.epoch === caller.epoch;
    const isLate = !isOwned || world.now + 1 > world.expiresAt;
    const { nonce, epoch, seen } = caller;
    const unsent = seen.binding ? { kind: 'kept', epoch } : { kind: 'rejected', nonce };
    const stopped = [go({ writes: [unsent as LifecycleEvent], after: 'end' }), end(world)];
    if (isLate && world.freezes === 0) return stopped;
    const request: Request = {
      kind: caller.nonce.startsWith('n') && !caller.seen.binding ? 'create' : 'delete',
      nonce: caller.nonce,
      until: world.now + 1,
    };
    const sent = { ...go('wait'), requests: [...world.requests, request] };
    return isLate ? [...stopped, { ...sent, freezes: world.freezes - 1 }] : [sent];
  }
  if (step === 'wait') return answers(world, caller, go);
  const [event, ...rest] = step.writes;
  if (!event) return [step.after === 'send' ? go('send') : end(world)];
  // What was decided on a reading is written only if it still holds.
  const isStale = !ofAttempt.has(event.kind) && !isDeepStrictEqual(seenIn(world), caller.seen);
  const written = isStale ? undefined : write(world, event, byRules);
  const last = written?.at(-1);
  if (!written || !last) return [end(world)];
  const following = withCaller(last, index, { ...caller, step: { ...step, writes: rest } });
  // A process may die between any two writes of one decision.
  const died = written.slice(0, -1).map((after) => withCaller(after, index, idle));
  return [
    following,
    ...died.flatMap((after) => (after.deaths > 0 ? [{ ...after, deaths: after.deaths - 1 }] : [])),
  ];
}

/** Events about a process's own request: it reads again before it writes. */
const ofAttempt: ReadonlySet<LifecycleEvent['kind']> = new Set([
  'answered',
  'rejected',
  'unknown',
  'gone',
  'kept',
]);

/** What a list may show: all, all but what is new, or a part of it that is said to be one. */
function lists(world: World, { lagTicks }: Limits): readonly Listed[] {
  const all = world.servers.map(({ id }) => id);
  const old = world.servers
    .filter(({ bornAt }) => bornAt <= world.now - lagTicks)
    .map(({ id }) => id);
  return [
    { ids: all, at: world.now, whole: true },
    ...(old.length < all.length ? [{ ids: old, at: world.now, whole: true }] : []),
    ...(all.length > 0 ? [{ ids: [], at: world.now, whole: false }] : []),
  ];
}

function seenIn({ reservation, binding }: World): LabelState {
  return { ...(reservation && { reservation }), ...(binding && { binding }) };
}

const newBinding = { account, origin: 'created', stack, at: time(0) } as const;

/** What a pass wants of the label. */
function toDo(
  { seen, listed, epoch }: Pick<Caller, 'seen' | 'epoch'> & { readonly listed: Listed },
  world: World,
  { namesOnly = false }: Limits,
  { settling, believesPart, believesName }: Rules,
): { readonly step: Step; readonly nonce: string } | undefined {
  const { ids, at, whole } = listed;
  if (!whole && !believesPart) return undefined;
  const writing = (events: readonly LifecycleEvent[], after: 'send' | 'end', nonce = '') => ({
    step: { writes: events, after },
    nonce,
  });
  // The plan of a bound server looks at its binding alone.
  if (seen.reservation && !seen.binding) {
    const [id, second] = ids;
    const isSame = namesOnly ? believesName : id === seen.reservation.nonce;
    const isOurs = second === undefined && isSame;
    const found =
      id === undefined
        ? ({ kind: 'none' } as const)
        : isOurs
          ? ({ kind: 'same', id } as const)
          : ({ kind: 'other', reason } as const);
    const event = {
      kind: 'listed',
      begunAt: at,
      settlingMs: settling,
      found,
      binding: newBinding,
    } as const;
    return writing([event], 'end');
  }
  if (seen.binding) {
    const { id, removal } = seen.binding;
    const isThere = world.servers.some((one) => one.id === id);
    if (removal) {
      const event = { kind: 'read', begunAt: world.now, settlingMs: settling, isThere } as const;
      return writing([event], 'end');
    }
    if (!world.approved || !isThere) return undefined;
    const event = {
      kind: 'remove',
      at: time(world.now),
      epoch,
      approval: 'd',
      account,
      stack,
    } as const;
    return writing([event], 'send', id);
  }
  if (world.approved && world.made > 0) return undefined;
  if (ids.length > 0) return undefined;
  const nonce = `n${epoch}`;
  const reservation = { ...attemptOf({ nonce, epoch }), at: time(world.now) };
  return writing([{ kind: 'reserve', reservation }], 'send', nonce);
}

function attemptOf({ nonce, epoch }: Pick<Caller, 'nonce' | 'epoch'>): Attempt {
  return { nonce, account, body: {}, createOnly: '', epoch, at: time(0) };
}

/** The answer to what was sent, as soon as there is one; or none in time. */
function answers(world: World, caller: Caller, go: (step: Step) => World): readonly World[] {
  const { nonce, epoch, seen } = caller;
  const pending = world.requests.find((request) => request.nonce === nonce);
  const isDelete = seen.binding !== undefined;
  const unheard: readonly LifecycleEvent[] = isDelete
    ? []
    : [
        {
          kind: 'unknown',
          attempt: attemptOf(caller),
          state: 'unsure',
          at: time(world.now),
          reason,
        },
      ];
  const givenUp = go({ writes: unheard, after: 'end' });
  if (pending) return pending.until <= world.now ? [givenUp] : [];
  const isThere = world.servers.some(({ id }) => id === nonce);
  const heard: LifecycleEvent = isDelete
    ? { kind: isThere ? 'kept' : 'gone', epoch }
    : isThere
      ? {
          kind: 'answered',
          attempt: attemptOf(caller),
          id: nonce,
          binding: { ...newBinding, at: time(world.now) },
        }
      : { kind: 'rejected', nonce };
  return [
    go({ writes: [heard], after: 'end' }),
    ...(world.lost > 0 ? [{ ...givenUp, lost: world.lost - 1 }] : []),
  ];
}

/** The worlds after each write of a decision, in turn; undefined where it was refused. */
function write(world: World, event: LifecycleEvent, byRules: Rules): readonly World[] | undefined {
  const decision: LifecycleDecision = byRules.decide(seenIn(world), event);
  if (!decision.ok) return undefined;
  let after = world;
  return decision.writes.map((one) => {
    after =
      one.item === 'reservation'
        ? { ...after, reservation: one.value ?? null }
        : { ...after, binding: one.value ?? null };
    return after;
  });
}

/** What must never be. */
export function wrongIn(world: World): string | undefined {
  const ours = world.servers.filter((server) => server.ours);
  if (ours.length > 1) return 'two servers of one label';
  if (world.binding?.id === 'stranger') return "another's server was bound";
  if (world.made > 0 && !world.approved && ours.length === 0) return 'deleted without approval';
  return undefined;
}

/** What is left once nothing goes wrong any more and passes follow each other; a list shows all then. */
export function settled(world: World, limits: Limits, byRules: Rules): World {
  let current: World = {
    ...world,
    deaths: 0,
    lost: 0,
    strangers: 0,
    freezes: 0,
    requests: [],
    owner: null,
  };
  current = { ...current, callers: [idle, idle] };
  for (let pass = 0; pass < 8; pass += 1) {
    current = { ...current, now: current.now + 10 };
    const forever = {
      ...limits,
      ticks: Number.POSITIVE_INFINITY,
      passes: Number.POSITIVE_INFINITY,
    };
    do {
      const [caller = idle] = current.callers;
      const request = current.requests[0];
      const next = request
        ? arrivals(current, request, limits)
        : turns(current, caller, 0, forever, byRules);
      if (!next[0]) return current;
      [current] = next;
    } while (current.callers[0]?.step !== 'idle');
  }
  return current;
}

/* How a label comes to rest. */

/** A reservation beside the binding has no effect, and goes with it. */
export const isBound = ({ binding, servers }: World) =>
  binding !== null && servers.some(({ id }) => id === binding.id);
export const isGone = ({ binding, reservation, servers }: World) =>
  binding === null && reservation === null && servers.length === 0;
export const isLeft = ({ binding, servers }: World) => binding === null && servers.length === 1;
export const isBoundOrLeft = (world: World) =>
  isBound(world) || (world.servers.some(({ id }) => id === 'stranger') && world.binding === null);
export const isBoundOrForPerson = (world: World) =>
  isBoundOrLeft(world) || world.reservation?.state === 'person';

export interface Explored {
  readonly worlds: number;
  readonly wrong: string | undefined;
  /** Worlds from which a label does not come to rest as declared. */
  readonly stuck: number;
}

/** Which of two processes is which makes no difference. */
function keyOf({ callers, owner, ...rest }: World): string {
  const each = callers.map((caller, index) => JSON.stringify([caller, owner === index]));
  return JSON.stringify([rest, owner === null, ...each.toSorted()]);
}

const worldsAtMost = 1_000_000;

/** Follows every choice. Ends at the first world that is wrong. */
export function explore(
  limits: Limits,
  byRules: Rules = rules,
  isAtRest: (world: World) => boolean = () => true,
): Explored {
  const first = firstWorld(limits);
  const seen = new Set([JSON.stringify(first)]);
  const queue: World[] = [first];
  let stuck = 0;
  for (let world = queue.pop(); world; world = queue.pop()) {
    const wrong = wrongIn(world);
    if (wrong !== undefined) return { worlds: seen.size, wrong, stuck };
    const next = nextWorlds(world, limits, byRules);
    const isQuiet =
      world.requests.length === 0 && world.callers.every(({ step }) => step === 'idle');
    if (worldsAtMost > 0 && seen.size > worldsAtMost)
      return { worlds: seen.size, wrong: 'too many worlds', stuck };
    if (isQuiet && !isAtRest(settled(world, limits, byRules))) stuck += 1;
    for (const one of next) {
      const key = keyOf(one);
      if (seen.has(key)) continue;
      seen.add(key);
      queue.push(one);
    }
  }
  return { worlds: seen.size, wrong: undefined, stuck };
}
