import type { Json, JsonObject } from '../../lib/model/json/json.types.ts';
import { isJsonObject } from '../../lib/model/json/json.ts';
import { alloy } from './vendor-alloy.ts';
import { barndoor } from './vendor-barndoor.ts';
import { contextforge } from './vendor-contextforge.ts';
import { litellm } from './vendor-litellm.ts';
import type { VendorKind } from './vendor-kind.ts';
import { textOf } from './vendor-quirks.ts';
import { chosenIds, labelOf, labelOfFields } from './labels.ts';
import type { ConnectionInit, VendorName } from './scenario.types.ts';
import { Versions } from './stores.ts';

export interface HttpRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Json | undefined;
}

export interface HttpAnswer {
  readonly status: number;
  readonly body: Json;
  readonly headers?: Readonly<Record<string, string>>;
}

const kinds: Readonly<Record<VendorName, VendorKind>> = {
  barndoor,
  alloy,
  contextforge,
  litellm,
};

/** ContextForge's lockout after five refusals. */
const lockoutMs = 900_000;

/** One account at a vendor: what it stores, and how it answers. */
export class VendorAccount {
  readonly #init: ConnectionInit;
  readonly #kind: VendorKind;
  readonly #isToken: (token: string) => boolean;
  /** By id; undefined while the vendor does not have it. */
  readonly servers: Map<string, Versions<JsonObject | undefined>>;
  readonly #hidden = new Map<string, JsonObject>();
  #lockedUntil = 0;
  #made = 0;

  constructor(init: ConnectionInit, at: number, isToken: (token: string) => boolean) {
    this.#init = init;
    this.#kind = kinds[init.vendor];
    this.#isToken = isToken;
    this.servers = new Map(init.servers.map(({ id, live }) => [id, new Versions(at, live)]));
  }

  /** Whether a request to create says which id its server has: a second one is told that it is there. */
  get choosesId(): boolean {
    return this.#init.vendor === 'litellm';
  }

  fieldsOf(id: string): JsonObject | undefined {
    return this.servers.get(id)?.current;
  }

  /** Somebody changes it in the vendor's console. */
  edit(at: number, id: string, change: JsonObject): void {
    for (const one of this.#named(id)) {
      const fields = this.fieldsOf(one);
      if (fields) this.servers.get(one)?.set(at, { ...fields, ...change });
    }
  }

  /** Somebody makes a server in the vendor's console. */
  appear(at: number, id: string, fields: JsonObject): void {
    const versions = this.servers.get(id) ?? new Versions<JsonObject | undefined>(0, undefined);
    this.servers.set(id, versions);
    versions.set(at, fields);
  }

  /** Ids of the servers that were created under a label, and are there. */
  createdOf(label: string): readonly string[] {
    return [...this.servers.keys()].filter((id) => labelOf(id) === label && this.fieldsOf(id));
  }

  /** The server of an id, or those that were created under `new#<label>`. */
  #named(id: string): readonly string[] {
    const label = id.startsWith('new#') ? labelOf(id) : undefined;
    return label === undefined ? [id] : this.createdOf(label);
  }

  vanish(at: number, id: string): void {
    for (const one of this.#named(id)) {
      const fields = this.fieldsOf(one);
      if (!fields) continue;
      this.#hidden.set(one, fields);
      this.servers.get(one)?.set(at, undefined);
    }
  }

  comeBack(at: number, id: string): void {
    const fields = this.#hidden.get(id);
    if (!fields) return;
    this.#hidden.delete(id);
    this.servers.get(id)?.set(at, fields);
  }

  /** Others who use the account had too many requests: nothing is answered for a quarter of an hour. */
  lockOut(at: number): void {
    this.#lockedUntil = at + lockoutMs;
  }

  shown(id: string, fields: JsonObject): JsonObject {
    return this.#kind.show(id, fields, this.#init.shows);
  }

  failure(status: number, message: string): HttpAnswer {
    return { status, body: this.#kind.failure(status, message) };
  }

  /** The server that a request is about: in its path, or in its body. */
  idIn({ path, body }: Pick<HttpRequest, 'path' | 'body'>): string | undefined {
    const encoded = path.split('/')[this.#kind.path.length + 1];
    if (encoded !== undefined) return decodeURIComponent(encoded);
    const id = isJsonObject(body) ? body['server_id'] : undefined;
    return typeof id === 'string' ? id : undefined;
  }

  /** @param staleMs - how old a list is */
  handle(request: HttpRequest, now: number, staleMs = 0): HttpAnswer {
    const token = request.headers['authorization']?.slice('Bearer '.length) ?? '';
    // A vendor that tells what it was sent: nothing of it may go further.
    if (!this.#isToken(token)) return this.failure(401, `the token ${token} is not known`);
    if (now < this.#lockedUntil) {
      const seconds = Math.ceil((this.#lockedUntil - now) / 1000);
      const headers = { 'retry-after': String(seconds) };
      return { ...this.failure(429, 'too many requests'), headers };
    }
    if (!request.path.startsWith(`/${this.#kind.path.join('/')}`)) {
      return this.failure(404, 'not found');
    }
    if (request.method === 'POST') return this.#create(request.body, now);
    const id = this.idIn(request);
    if (id === undefined) return this.#list(request, now - staleMs);
    if (id === 'submissions') return { status: 200, body: { total: 0, items: [] } };
    const fields = this.fieldsOf(id);
    if (!fields) return this.failure(404, 'there is no such server');
    if (request.method === 'GET') return { status: 200, body: this.shown(id, fields) };
    if (request.method === 'DELETE') {
      this.servers.get(id)?.set(now, undefined);
      return { status: 200, body: {} };
    }
    if (!isJsonObject(request.body)) return this.failure(422, 'the body must be a JSON object');
    return this.#put(id, fields, request.body, now);
  }

  #list({ query }: HttpRequest, at: number): HttpAnswer {
    const shown = [...this.servers].flatMap(([id, versions]) => {
      const fields = versions.at(at);
      return fields ? [this.#listed(id, fields)] : [];
    });
    return { status: 200, body: this.#kind.list(shown, query) };
  }

  /** The sample of Alloy's list has no `restrictions`: some scenarios are like it. */
  #listed(id: string, fields: JsonObject): JsonObject {
    const show = this.#kind.listed ?? this.#kind.show;
    const shown = show(id, fields, this.#init.shows);
    if (this.#init.vendor !== 'alloy' || this.#init.shows.meta) return shown;
    const { restrictions: _left, ...rest } = shown;
    return rest;
  }

  /** It lets two of its servers have one name, so that nothing but Trueup stops a second one. */
  #create(body: Json | undefined, now: number): HttpAnswer {
    if (!isJsonObject(body)) return this.failure(422, 'the body must be a JSON object');
    const others = [...this.servers].flatMap(([id, { current }]) =>
      current && (labelOf(id) === undefined || id === body['server_id']) ? [current] : [],
    );
    const fields = this.#kind.create({}, body, others, this.#init.shows);
    if (typeof fields['refused'] === 'number') {
      const echo = `${textOf(fields['why'])}: ${JSON.stringify(body)}`;
      return this.failure(fields['refused'], echo);
    }
    this.#made += 1;
    const label = labelOfFields(body) ?? '';
    const chosen = textOf(body['server_id']);
    if (chosen !== '') chosenIds.set(chosen, label);
    const id = chosen === '' ? `made-${label}-${this.#made}` : chosen;
    this.appear(now, id, fields);
    return { status: 200, body: this.#kind.created(id, this.shown(id, fields)) };
  }

  #put(id: string, fields: JsonObject, body: JsonObject, now: number): HttpAnswer {
    const others = [...this.servers].flatMap(([other, { current }]) =>
      current && other !== id ? [current] : [],
    );
    const next = this.#kind.update(fields, body, others, this.#init.shows);
    if (typeof next['refused'] === 'number') {
      const echo = `${textOf(next['why'])}: ${JSON.stringify(body)}`;
      return this.failure(next['refused'], echo);
    }
    this.servers.get(id)?.set(now, next);
    return { status: 200, body: this.shown(id, next) };
  }
}
