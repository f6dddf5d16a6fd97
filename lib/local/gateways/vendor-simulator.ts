import {
  startLoopbackServer,
  type LoopbackOutcome,
  type LoopbackRequest,
} from '../loopback-server.ts';
import { misbehaviour, type Json, type TakenEffect } from './misbehaviour.ts';
import { answerInPlace, isApplied } from './misbehaving-answer.ts';
import { bearerOf, readVendorRequest, type VendorRequest } from './vendor-request.ts';
import { bendsShape, isVanished, masked, shifted } from './vendor-view.ts';
import type {
  RecordedRequest,
  SimulatorOptions,
  Vendor,
  VendorAnswer,
  VendorSimulator,
} from './vendor.ts';

/** Serves a vendor's list, GET and PUT, with misbehaviour on command. */
export async function startVendorSimulator<S extends object, Init extends object>(
  vendor: Vendor<S>,
  options: SimulatorOptions & { readonly servers: readonly Init[] },
  make: (init: Init) => S,
): Promise<VendorSimulator<S, Init>> {
  const { now = Date.now, tokens = () => true, latencyMs = 0 } = options;
  const accepts = typeof tokens === 'function' ? tokens : (token: string) => tokens.includes(token);
  const servers = options.servers.map(make);
  const requests: RecordedRequest[] = [];
  const counts: VendorSimulator<S, Init>['counts'] = { list: 0, get: 0, put: 0 };
  const violations: string[] = [];
  const rules = misbehaviour();
  const delayed = new Map<string, { readonly old: S; reads: number }>();
  const windows = new Map<string, number[]>();
  let running = 0;
  let peak = 0;

  const refusal = (status: number, message: string): VendorAnswer => ({
    status,
    body: vendor.failure(status, message),
  });

  function find(id: string): S {
    const server = servers.find((one) => vendor.idOf(one) === id);
    if (!server) throw new Error(`The simulated vendor has no server ${id}`);
    return server;
  }

  function overLimit(token: string): boolean {
    const limit = options.requestsPerMinute;
    if (limit === undefined) return false;
    const recent = (windows.get(token) ?? []).filter((at) => at > now() - 60_000);
    if (recent.length >= limit) return true;
    windows.set(token, [...recent, now()]);
    return false;
  }

  /** The stored servers as this read shows them: without those that `vanish`, and with old values that `delayed` still shows. */
  function visible(request: VendorRequest, effects: readonly TakenEffect[]): S[] {
    return servers
      .filter((server) => vendor.sees(server, request) && !isVanished(vendor.idOf(server), effects))
      .map((server) => {
        const id = vendor.idOf(server);
        const late = delayed.get(id);
        if (!late || request.operation === 'put') return server;
        if (request.operation === 'get' && request.id !== id) return server;
        late.reads -= 1;
        if (late.reads <= 0) delayed.delete(id);
        return late.old;
      });
  }

  function carryOut(request: VendorRequest, effects: readonly TakenEffect[]): VendorAnswer {
    const token = bearerOf(request);
    if (token === undefined || !accepts(token))
      return refusal(401, 'The token is missing or not valid');
    if (overLimit(token)) return refusal(429, 'Too many requests');
    const refused = vendor.refuse(request);
    if (refused) return refused;
    const seen = visible(request, effects);
    const show = (server: S) => masked(vendor.show(server), vendor.idOf(server), effects);
    if (request.operation === 'create' && vendor.create) {
      const made = vendor.create(request.body as Json, servers);
      if ('refused' in made) return made.refused;
      servers.push(made.server);
      return made.answer;
    }
    if (request.operation === 'list')
      return vendor.list(shifted(seen, request, effects), request, show);
    const server = seen.find((one) => vendor.idOf(one) === request.id);
    if (!server) {
      const body = vendor.notFound?.(request);
      return body ? { status: 404, body } : refusal(404, 'Server not found');
    }
    if (request.operation === 'get') return { status: 200, body: show(server) };
    if (request.operation === 'delete' && vendor.deleted) {
      servers.splice(servers.indexOf(server), 1);
      return vendor.deleted(vendor.idOf(server));
    }
    return put(server, request, effects, show);
  }

  function put(
    server: S,
    request: VendorRequest,
    effects: readonly TakenEffect[],
    show: (server: S) => Json,
  ): VendorAnswer {
    const old = structuredClone(server);
    const others = servers.filter((one) => one !== server && vendor.sees(one, request));
    const failed = vendor.update(server, request.body as Json, others);
    if (failed) {
      replace(server, old);
      return failed;
    }
    let body: Json | undefined;
    for (const { effect } of effects) {
      if (effect.kind === 'normalise' && effect.stored !== false) {
        replace(server, effect.change(structuredClone<Json>({ ...server } as Json)));
      }
      if (effect.kind === 'normalise' && effect.stored === false) {
        body = effect.change(structuredClone(show(server)));
      }
      if (effect.kind === 'delayed') delayed.set(vendor.idOf(server), { old, reads: effect.reads });
      if (effect.kind === 'stale') {
        body = show(old);
        if (!effect.applied) replace(server, old);
      }
    }
    return { status: vendor.updatedStatus ?? 200, body: body ?? show(server) };
  }

  async function answer(incoming: LoopbackRequest): Promise<LoopbackOutcome> {
    const request = readVendorRequest(incoming);
    const { method, path, query, headers, body, operation } = request;
    const record: RecordedRequest = { method, path, query, body, at: now(), headers };
    requests.push(record);
    if (operation !== 'other') counts[operation] = (counts[operation] ?? 0) + 1;
    const effects = rules.take(request);
    const slow = effects.reduce(
      (ms, { effect }) => ms + (effect.kind === 'latency' ? effect.ms : 0),
      latencyMs,
    );
    if (slow > 0) await http.delay(slow);
    for (const { effect } of effects) if (effect.kind === 'wait') await http.wait(effect.until);
    const inPlace = effects.find(({ effect }) => answerInPlace(effect, vendor.failure));
    if (!inPlace || isApplied(inPlace.effect)) {
      const answered = carryOut(request, effects);
      if (!inPlace) {
        record.status = answered.status;
        if (!bendsShape(effects)) violations.push(...vendor.breaches(request, answered));
        return answered;
      }
    }
    const outcome = answerInPlace(inPlace.effect, vendor.failure) ?? 'cut';
    if (typeof outcome === 'object') record.status = outcome.status;
    if (outcome === 'hang') options.onHang?.(request);
    return outcome;
  }

  const http = await startLoopbackServer(async (incoming) => {
    running += 1;
    peak = Math.max(peak, running);
    try {
      return await answer(incoming);
    } finally {
      running -= 1;
    }
  }, options.port);

  return {
    url: http.url,
    servers,
    requests,
    counts,
    peak: () => peak,
    violations,
    find,
    edit: (id, change) => Object.assign(find(id), change),
    remove: (id) => void servers.splice(servers.indexOf(find(id)), 1),
    add: (init) => {
      const made = make(init);
      servers.push(made);
      return made;
    },
    misbehave: rules.add,
    close: http.close,
  };
}

/** Gives one object the members of another. */
function replace(target: object, source: object): void {
  for (const key of Object.keys(target)) Reflect.deleteProperty(target, key);
  Object.assign(target, source);
}
