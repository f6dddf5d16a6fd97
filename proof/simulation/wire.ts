import type { Json } from '../../lib/model/json/json.types.ts';
import { isJsonObject } from '../../lib/model/json/json.ts';
import { WireError } from '../../lib/gateways/http/wire.ts';
import type { Progress, Wire } from '../../lib/gateways/http/wire.ts';
import type { VendorCall } from './events.types.ts';
import type { FaultKind } from './scenario.types.ts';
import type { Process } from './scheduler.ts';
import type { HttpAnswer } from './vendor.ts';
import { textOf } from './vendor-quirks.ts';
import type { World } from './world.ts';

/** An attempt at a vendor is over after so long; a request that is on its way lands before. */
const attemptMs = 15_000;

/** Where the vendors are: the connection is the first part of the host. */
export const hostOf = (connection: string) => `${connection}.vendor.test`;
export const tokenHostOf = (connection: string) => `${connection}.auth.test`;

/** The wire of one process: requests go to the vendors in memory, and fare as the scenario says. */
export function simulatedWire(world: World, process: Process): Wire {
  return {
    close: () => undefined,
    send: async (request, _reach, progress) => {
      const text = request.body === null ? '' : await request.text();
      return new Sending(world, process, request, text, progress).answer;
    },
  };
}

class Sending {
  readonly answer: Promise<Response>;
  readonly #world: World;
  readonly #process: Process;
  readonly #call: VendorCall;
  readonly #fault: FaultKind | undefined;
  readonly #progress: Progress;
  #resolve: (response: Response) => void = () => undefined;
  #reject: (error: Error) => void = () => undefined;

  constructor(world: World, process: Process, request: Request, text: string, progress: Progress) {
    this.#world = world;
    this.#process = process;
    this.#progress = progress;
    this.#call = callOf(world, process, request, text);
    this.answer = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    if (!process.alive) return;
    if (request.signal.aborted) {
      this.#reject(new WireError('cut', 'the request was given up before it was sent'));
      return;
    }
    const { operation, connection, id = '' } = this.#call;
    const name = `vendor.${operation}`;
    this.#fault = world.faults.strike(name, world.at, ({ what }) =>
      may(what, operation, world.accounts.get(connection)?.choosesId === true),
    );
    if (this.#fault) this.#note(`${name} ${id}: ${JSON.stringify(this.#fault)}`);
    world.tell({ kind: 'vendor', phase: 'called', call: this.#call });
    request.signal.addEventListener('abort', () => {
      this.#answered('failed');
      this.#reject(new WireError('cut', 'the connection broke'));
    });
    this.#leave();
  }

  #note(text: string): void {
    this.#world.note(`${this.#process.name} ${text}`);
  }

  #leave(): void {
    const { scheduler } = this.#world;
    const fault = this.#fault;
    if (fault?.what === 'crash-before') {
      return this.#world.kill(this.#process, `before vendor.${this.#call.operation}`);
    }
    if (fault?.what === 'freeze-before') {
      this.#world.freeze(this.#process, fault.ms);
      this.#call.frozen = true;
      scheduler.after(0, () => this.#travel(), this.#process);
      return undefined;
    }
    if (fault?.what === 'no-route') {
      scheduler.after(
        this.#world.latency(5, 50),
        () => {
          this.#answered('no-route');
          this.#reject(new WireError('no-route', 'no connection'));
        },
        this.#process,
      );
      return undefined;
    }
    return this.#travel();
  }

  #travel(): void {
    this.#progress.connected = true;
    const slow = this.#fault?.what === 'slow' ? Math.min(this.#fault.ms, attemptMs - 100) : 0;
    const ms = Math.min(this.#world.latency(10, 150) + slow, attemptMs);
    this.#world.scheduler.after(ms, () => this.#land());
  }

  #land(): void {
    const fault = this.#fault;
    const isFirst = fault?.what === 'error-before' || (fault?.what === 'status' && !fault.after);
    const answer = isFirst ? undefined : this.#take();
    if (fault?.what === 'crash-after') this.#world.kill(this.#process, 'after the vendor did it');
    if (fault?.what === 'freeze-after') this.#world.freeze(this.#process, fault.ms);
    const ms = fault?.what === 'slow' ? fault.ms : this.#world.latency(10, 150);
    this.#world.scheduler.after(ms, () => this.#end(answer), this.#process);
  }

  /** The vendor does what it is asked for. */
  #take(): HttpAnswer {
    const { accounts, issuer, now } = this.#world;
    const { connection, id, operation, request } = this.#call;
    const account = accounts.get(connection);
    if (!account) throw new RangeError(`there is no vendor for ${connection}`);
    this.#call.before = id === undefined ? undefined : account.fieldsOf(id);
    const staleMs = operation === 'list' ? this.#staleMs() : 0;
    const answer =
      operation === 'token'
        ? issuer.exchange(connection, new URLSearchParams(bodyText(request.body)))
        : account.handle(request, now, staleMs);
    this.#call.after = id === undefined ? undefined : account.fieldsOf(id);
    this.#call.done = answer.status;
    if (this.#call.frozen) this.#late(id, answer);
    this.#call.landedAt = now;
    this.#note(`vendor ${operation} ${id ?? ''} ${answer.status} ${bodyText(request.body)}`);
    this.#world.tell({ kind: 'vendor', phase: 'landed', call: this.#call });
    // A proxy that had no answer sends it once more, and hands on what is said to that.
    return this.#fault?.what === 'repeat' ? account.handle(request, now) : answer;
  }

  #late(id: string | undefined, { body }: HttpAnswer): void {
    const { operation } = this.#call;
    const made = isJsonObject(body) ? textOf(body['id'] ?? body['server_id']) : '';
    if (operation === 'create' || operation === 'delete') this.#world.late.add(id ?? made);
  }

  /** How old a list is: all its pages are of one moment. One list of a connection is: what may exist is settled by two. */
  #staleMs(): number {
    const { lists, stale } = this.#world;
    const key = `${this.#process.name} ${this.#call.connection}`;
    const { query } = this.#call.request;
    const isFirst = ['page', 'offset', 'cursor'].every((one) =>
      /^[01]?$/.test(query.get(one) ?? ''),
    );
    if (isFirst) lists.delete(key);
    const { connection } = this.#call;
    if (this.#fault?.what === 'stale' && !stale.has(connection)) {
      stale.add(connection);
      lists.set(key, this.#fault.ms);
    }
    return lists.get(key) ?? 0;
  }

  #end(answer: HttpAnswer | undefined): void {
    const fault = this.#fault;
    if (this.#call.outcome) return undefined;
    const isCut = fault?.what === 'error-before' || fault?.what === 'error-after';
    const told = isCut ? undefined : this.#told(answer);
    const isUsable = told !== undefined && fault?.what !== 'garbage';
    if (isUsable) this.#call.answer = told;
    this.#answered(isUsable ? 'told' : 'failed');
    if (!told) return this.#reject(new WireError('cut', 'the connection broke'));
    const text = fault?.what === 'garbage' ? '<html>busy' : JSON.stringify(told.body);
    this.#resolve(new Response(text, { status: told.status, headers: told.headers ?? {} }));
    return undefined;
  }

  #answered(outcome: NonNullable<VendorCall['outcome']>): void {
    if (this.#call.outcome) return;
    this.#call.outcome = outcome;
    this.#world.tell({ kind: 'vendor', phase: 'answered', call: this.#call });
  }

  /** What the client is told: the vendor's answer, or a failure that repeats all that was sent. */
  #told(answer: HttpAnswer | undefined): HttpAnswer {
    const fault = this.#fault;
    const account = this.#world.accounts.get(this.#call.connection);
    if (fault?.what !== 'status' || !account) return answer as HttpAnswer;
    const { headers, body } = this.#call.request;
    const echo = `not now; ${headers['authorization'] ?? ''} ${bodyText(body)}`;
    const { status, retryAfter } = fault;
    return {
      ...account.failure(status, echo),
      ...(retryAfter !== undefined && { headers: { 'retry-after': String(retryAfter) } }),
    };
  }
}

const bodyText = (body: Json | undefined) =>
  typeof body === 'string' ? body : body === undefined ? '' : JSON.stringify(body);

const ofVendors: ReadonlySet<FaultKind['what']> = new Set([
  'error-before',
  'error-after',
  'slow',
  'crash-before',
  'crash-after',
  'freeze-before',
  'freeze-after',
  'status',
  'no-route',
  'garbage',
]);

function may(
  what: FaultKind['what'],
  operation: VendorCall['operation'],
  choosesId: boolean,
): boolean {
  if (what === 'stale') return operation === 'list';
  if (what === 'repeat') return operation === 'create' && choosesId;
  return ofVendors.has(what);
}

function callOf(world: World, process: Process, request: Request, text: string): VendorCall {
  const url = new URL(request.url);
  const [connection = '', kind] = url.hostname.split('.');
  const isToken = kind === 'auth';
  const path = url.pathname;
  const body = isToken ? text : text === '' ? undefined : (JSON.parse(text) as Json);
  const named = isToken ? undefined : world.accounts.get(connection)?.idIn({ path, body });
  // A POST may choose one, which is no server yet.
  const id = request.method === 'POST' ? undefined : named;
  const operation =
    request.method === 'GET' && id === undefined
      ? 'list'
      : (({ PUT: 'put', POST: 'create', DELETE: 'delete' } as const)[request.method] ?? 'get');
  return {
    process,
    connection,
    operation: isToken ? 'token' : operation,
    ...(id !== undefined && { id }),
    request: {
      method: request.method,
      path,
      query: url.searchParams,
      headers: Object.fromEntries(request.headers),
      body,
    },
    calledAt: world.now,
    frozen: false,
  };
}
