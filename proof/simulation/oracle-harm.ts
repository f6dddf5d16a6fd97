import type { Json, JsonObject } from '../../lib/model/json/json.types.ts';
import { isJsonObject } from '../../lib/model/json/json.ts';
import {
  canonical,
  fits,
  isReference,
  leavesOf,
  ownedLeaves,
  policyOf,
  rowAt,
  rulePathsOf,
  secretTexts,
  valueAt,
} from './declared.ts';
import { itemOf } from './labels.ts';
import type { Deployment } from './deployment.ts';
import type { SimEvent, VendorCall } from './events.types.ts';
import type { Findings, Oracle } from './oracle.ts';
import { isAttended, isPaused } from './pass-readings.ts';
import type { PassReadings, Reading } from './pass-readings.ts';
import { maskOf } from './vendor-barndoor.ts';
import { goTogether, isKept, isReplaced } from './vendor-contextforge.ts';
import { goesAlong } from './vendor-litellm.ts';
import { textOf } from './vendor-quirks.ts';
import type { World } from './world.ts';

const unreadable = new Set([
  '/client_id',
  '/client_secret',
  '/instructions',
  '/authToken',
  '/authPassword',
  '/credentials/auth_value',
]);

const types = ['/authType', '/auth_type'];

/**
 * No harm: each PUT against the declaration, the pauses and the live server that its pass had read.
 */
export class HarmOracle implements Oracle {
  readonly #world: World;
  readonly #found: Findings;
  readonly #readings: PassReadings;
  readonly #deployment: Deployment;
  /** The latest PUT of a pass to a server, which may be sent a second time in case it was dropped. */
  readonly #latest = new Map<string, { readonly reading: Reading; readonly body: string }>();

  constructor(world: World, found: Findings, readings: PassReadings, deployment: Deployment) {
    this.#world = world;
    this.#found = found;
    this.#readings = readings;
    this.#deployment = deployment;
  }

  see(event: SimEvent): void {
    if (event.kind !== 'vendor' || event.phase !== 'called') return;
    if (event.call.operation === 'put') this.#put(event.call);
  }

  #put(call: VendorCall): void {
    const { process, connection, id = '', request } = call;
    const wrong = (what: string) =>
      this.#found.wrong('no-harm', `PUT ${connection}/${id} by ${process.name}: ${what}`);
    this.#found.looked('no-harm: PUTs');
    const reading = this.#readings.of(process, connection);
    const own = rowAt(this.#world, connection, 'connection', reading?.rows.get('connection'));
    const row = rowAt(this.#world, connection, itemOf(id), reading?.rows.get(itemOf(id)));
    if (!reading || !own || !row) return wrong('nobody declares this server');
    const policy = policyOf(row, own);
    if (!fits(row, policy)) return wrong('its row is invalid');
    const body = isJsonObject(request.body) ? request.body : {};
    if (policy.mode === 'off') wrong('its mode is off');
    const attended = isAttended(process, reading);
    if (policy.mode === 'report' && !attended) wrong('an unattended pass, and its mode is report');
    if (isPaused(process, reading, this.#world.now, id)) wrong('it is paused');
    if (attended) this.#shown(call, body, reading.seen.get(id) ?? {}, wrong);
    if (this.#isSecond(call, reading, body)) {
      this.#found.looked('no-harm: PUTs sent a second time');
    } else {
      this.#fields(row, reading, call, body, wrong);
    }
    return undefined;
  }

  /** ContextForge may drop a PUT and answer 200. */
  #isSecond({ connection, id = '' }: VendorCall, reading: Reading, sent: JsonObject): boolean {
    const { connections } = this.#world.scenario;
    const account = connections.find(({ name }) => name === connection);
    if (account?.vendor !== 'contextforge') return false;
    const key = `${connection}/${id}`;
    const body = canonical(sent);
    const latest = this.#latest.get(key);
    this.#latest.delete(key);
    if (latest?.reading === reading && latest.body === body) return true;
    this.#latest.set(key, { reading, body });
    return false;
  }

  /** A person's pass sends what that person was shown. */
  #shown(
    { process, id = '' }: VendorCall,
    body: JsonObject,
    live: JsonObject,
    wrong: (what: string) => void,
  ): void {
    const plan = this.#deployment.shown.get(process);
    const changes = plan?.changes.find((server) => itemOf(server.id) === itemOf(id))?.changes ?? [];
    this.#found.looked('no-harm: PUTs of changes that a person was shown');
    const pointers = changes.map(({ pointer }) => pointer);
    const isOf = (key: string) =>
      pointers.some((one) => one === key || one.startsWith(`${key}/`) || goTogether(one, key));
    for (const key of Object.keys(body)) {
      if (isKept(live, `/${key}`, body[key] as Json)) continue;
      if (goesAlong(`/${key}`, body[key] as Json, live)) continue;
      if (!isOf(`/${key}`)) wrong(`/${key} was not shown to the person who asked for it`);
    }
  }

  #fields(
    row: JsonObject,
    reading: Reading,
    { connection, id = '' }: VendorCall,
    body: JsonObject,
    wrong: (what: string) => void,
  ): void {
    const own = rowAt(this.#world, connection, 'connection', reading.rows.get('connection')) ?? {};
    const owned = ownedLeaves(row, policyOf(row, own));
    const live = reading.seen.get(id) ?? {};
    const listed = reading.listed.get(id) ?? live;
    const leaves = leavesOf(body);
    if (Object.keys(body).length === 0) wrong('it carries nothing');
    for (const [path, value] of leaves) {
      if (goesAlong(path, value, live)) continue;
      this.#found.looked('no-harm: fields sent');
      const declared = owned.get(path);
      const whole = wholeOf(path);
      const seen = valueAt(live, path);
      const isLive = whole !== undefined && canonical(seen) === canonical(value);
      if (isKept(live, path, value)) {
        this.#found.looked('no-harm: stored credentials kept by their mask');
        continue;
      }
      if (typeof value === 'string' && this.#isMask(connection, id, path, value)) {
        wrong(`${path} is a mask: ${value}`);
      }
      if (declared === undefined) {
        if (!isLive) wrong(`${path} is not declared, and is not what is live: ${canonical(value)}`);
      } else if (!this.#isDeclared(declared, value) && !isLive) {
        wrong(`${path} is neither what is declared nor what is live: ${canonical(value)}`);
      } else if (whole === undefined && !unreadable.has(path) && seen !== undefined) {
        const isAlong = isReplaced(body, live) && types.some((type) => goTogether(path, type));
        // What a list of before showed otherwise could not be known.
        const isSeen = [seen, valueAt(listed, path)].every(
          (one) => canonical(one) === canonical(value),
        );
        if (isSeen && !isAlong) wrong(`${path} is what it was already`);
      }
    }
    for (const whole of new Set([...leaves.keys()].flatMap((path) => wholeOf(path) ?? []))) {
      this.#whole(whole, row, owned, live, body, wrong);
    }
  }

  /** Of what is replaced whole, something must differ, and what is not Trueup's must stay. */
  #whole(
    whole: string,
    row: JsonObject,
    owned: ReadonlyMap<string, Json>,
    live: JsonObject,
    body: JsonObject,
    wrong: (what: string) => void,
  ): void {
    this.#found.looked('no-harm: objects replaced as a whole');
    const isIn = (path: string) => path === whole || path.startsWith(`${whole}/`);
    const rules = rulePathsOf(row);
    const isOwned = (path: string) => owned.has(path) || rules.includes(path);
    const seen = new Map([...leavesOf(live)].filter(([path]) => isIn(path)));
    const sent = new Map([...leavesOf(body)].filter(([path]) => isIn(path)));
    for (const [path, value] of seen) {
      if (isOwned(path) || canonical(sent.get(path)) === canonical(value)) continue;
      wrong(`${path} is the vendor's own, and was not kept`);
    }
    const differs = [...new Set([...seen.keys(), ...sent.keys()])].some(
      (path) => canonical(sent.get(path)) !== canonical(seen.get(path)),
    );
    if (!differs) wrong(`${whole} is what it was already`);
  }

  #isDeclared(declared: Json, value: Json): boolean {
    if (isReference(declared)) return secretTexts(this.#world, declared).has(textOf(value));
    return canonical(declared) === canonical(value);
  }

  #isMask(connection: string, id: string, path: string, value: string): boolean {
    const versions = this.#world.accounts.get(connection)?.servers.get(id)?.all ?? [];
    return versions.some(({ value: fields }) => {
      const stored = fields && valueAt(fields, path);
      return typeof stored === 'string' && stored !== '' && maskOf(stored) === value;
    });
  }
}

/** The path of what a PUT that carries this one replaces whole; undefined if it is just the field. */
function wholeOf(path: string): string | undefined {
  const [, first = '', second] = path.split('/');
  if (first === 'restrictions') return '/restrictions';
  return first === 'meta' ? `/meta/${second}` : undefined;
}
