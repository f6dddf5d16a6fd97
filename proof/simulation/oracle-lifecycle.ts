import { isJsonObject } from '../../lib/model/json/json.ts';
import { canonical, isValid, policyOf, rowAt, valueAt } from './declared.ts';
import { labelOf, labelOfFields } from './labels.ts';
import type { Deployment } from './deployment.ts';
import type { SimEvent, VendorCall } from './events.types.ts';
import type { HeldPlan } from '../../lib/ledger/ledger.types.ts';
import type { Findings, Oracle } from './oracle.ts';
import { isAttended, isPaused } from './pass-readings.ts';
import type { PassReadings, Reading } from './pass-readings.ts';
import type { World } from './world.ts';

type Plan = HeldPlan['plan'];

/**
 * No harm, of servers that come and go: never two of a label, each request to create reserved, and sent once unless it surely was
 * not processed; a server deleted only if this deployment created it, its row says absent, and a person approved it as it is.
 */
export class LifecycleOracle implements Oracle {
  readonly #world: World;
  readonly #found: Findings;
  readonly #readings: PassReadings;
  readonly #deployment: Deployment;
  /** What is stored of labels, by connection and key of the item. */
  readonly #items = new Map<string, unknown>();
  /** Attempts that were sent and may have been processed, by nonce. */
  readonly #sent = new Map<string, VendorCall>();
  readonly #held = new Map<string, Plan>();
  readonly #approved = new Map<string, Set<string>>();
  /** What a process asked each connection's vendor for last. */
  readonly #last = new Map<string, VendorCall>();

  constructor(world: World, found: Findings, readings: PassReadings, deployment: Deployment) {
    this.#world = world;
    this.#found = found;
    this.#readings = readings;
    this.#deployment = deployment;
  }

  see(event: SimEvent): void {
    if (event.kind === 'label') {
      this.#items.set(`${event.connection} ${event.key}`, event.value);
    } else if (event.kind === 'held') {
      this.#held.set(event.held.digest, event.held.plan);
    } else if (event.kind === 'approved') {
      const all = this.#approved.get(event.connection) ?? new Set();
      this.#approved.set(event.connection, all.add(event.digest));
    } else if (event.kind === 'vendor') {
      this.#vendor(event.call, event.phase);
    }
  }

  #vendor(call: VendorCall, phase: 'called' | 'landed' | 'answered'): void {
    const { operation, connection, process } = call;
    if (operation === 'create') {
      if (phase === 'called') this.#create(call);
      if (phase === 'landed') this.#created(call);
    } else if (operation === 'delete' && phase === 'called') {
      this.#delete(call);
    } else if (operation === 'put' && phase === 'called') {
      this.#put(call);
    }
    // A DELETE that surely was not processed is repeated at once, after a 401 with another token.
    if (phase === 'called' && operation !== 'delete' && operation !== 'token')
      this.#last.set(`${process.name} ${connection}`, call);
  }

  #item(connection: string, key: string): Record<string, unknown> | undefined {
    const value = this.#items.get(`${connection} ${key}`);
    return value === undefined ? undefined : (value as Record<string, unknown>);
  }

  #create(call: VendorCall): void {
    const { process, connection, request } = call;
    const body = isJsonObject(request.body) ? request.body : {};
    const label = labelOfFields(body) ?? '';
    const item = `new#${label}`;
    const wrong = (what: string) =>
      this.#found.wrong('no-harm', `POST ${connection}/${item} by ${process.name}: ${what}`);
    this.#found.looked('no-harm: POSTs');
    if (body['server_id'] !== undefined) this.#found.looked('no-harm: POSTs that choose the id');
    const policy = this.#declared(call, item, 'create', wrong);
    if (policy?.row['state'] === 'absent') wrong('its row is absent');
    else if (policy && !policy.valid) wrong('its row is invalid');
    if (this.#item(connection, `binding#${label}`)) wrong('the label has a server');
    const reservation = this.#item(connection, `create#${label}`);
    if (reservation?.['state'] !== 'reserved') return wrong('it is not reserved');
    const nonce = String(reservation['nonce']);
    const before = this.#sent.get(nonce);
    const isUnsent =
      before?.outcome === 'no-route' || [401, 429].includes(before?.answer?.status ?? 0);
    if (before && !isUnsent) wrong('it was sent before, and may have been processed');
    this.#sent.set(nonce, call);
    return undefined;
  }

  #created({ process, connection, request, done, frozen }: VendorCall): void {
    if (done !== 200) return;
    const body = isJsonObject(request.body) ? request.body : {};
    const label = labelOfFields(body) ?? '';
    const there = this.#world.accounts.get(connection)?.createdOf(label) ?? [];
    this.#found.looked('no-harm: servers created');
    if (there.length < 2) return;
    // What a process that was frozen for minutes sends then, only the vendor could refuse; a list may not show it yet.
    if (frozen || there.some((id) => this.#world.late.has(id)))
      return this.#found.looked('no-harm: second servers of frozen processes');
    this.#found.wrong(
      'no-harm',
      `POST by ${process.name}: a second server of ${connection}/new#${label}: ${there.join()}`,
    );
    return undefined;
  }

  /** What was created is bound before anything else is sent to it. */
  #put({ process, connection, id = '' }: VendorCall): void {
    const label = labelOf(id);
    if (label === undefined) return;
    this.#found.looked('no-harm: PUTs to servers that Trueup created');
    if (this.#item(connection, `binding#${label}`)?.['id'] === id) return;
    this.#found.wrong('no-harm', `PUT ${connection}/${id} by ${process.name}: it is not bound`);
  }

  #delete(call: VendorCall): void {
    const { process, connection, id = '' } = call;
    const wrong = (what: string) =>
      this.#found.wrong('no-harm', `DELETE ${connection}/${id} by ${process.name}: ${what}`);
    this.#found.looked('no-harm: DELETEs');
    const label = labelOf(id);
    if (label === undefined) return wrong('this deployment did not create it');
    const policy = this.#declared(call, `new#${label}`, 'delete', wrong);
    if (policy && policy.row['state'] !== 'absent') wrong('its row does not say absent');
    if (policy && !policy.valid) wrong('its row is invalid');
    const binding = this.#item(connection, `binding#${label}`);
    if (binding?.['id'] !== id || binding['origin'] !== 'created') wrong('it is not bound');
    if (binding?.['removal'] === undefined) wrong('nothing says that it was to be sent');
    const last = this.#last.get(`${process.name} ${connection}`);
    // A GET of LiteLLM waits for the server behind it: the list is read in its place.
    const isRead = this.#world.accounts.get(connection)?.choosesId
      ? last?.operation === 'list'
      : last?.id === id;
    if (!isRead || last?.operation === 'put') wrong('it was not read right before');
    const live = this.#readings.of(process, connection)?.seen.get(id) ?? {};
    const attended = this.#deployment.confirmed.has(process) && this.#deployment.shown.get(process);
    const digests = this.#approved.get(connection) ?? new Set<string>();
    const plans = [...digests].flatMap((digest) => this.#held.get(digest) ?? []);
    const isShown = [...plans, ...(attended ? [attended] : [])].some(({ changes }) =>
      changes.some(
        (server) =>
          server.id === id &&
          server.changes.length > 0 &&
          server.changes.every(
            ({ cause, pointer, before }) =>
              cause === 'delete' &&
              before.kind === 'value' &&
              canonical(before.value) === canonical(valueAt(live, pointer)),
          ),
      ),
    );
    if (!isShown) wrong('nobody approved that, as it is');
    return undefined;
  }

  /** What the pass had read of its row; says what forbids the request. */
  #declared(
    { process, connection, id }: VendorCall,
    item: string,
    what: 'create' | 'delete',
    wrong: (what: string) => void,
  ): { row: Readonly<Record<string, unknown>>; valid: boolean } | undefined {
    const reading: Reading | undefined = this.#readings.of(process, connection);
    const own = rowAt(this.#world, connection, 'connection', reading?.rows.get('connection'));
    const row = rowAt(this.#world, connection, item, reading?.rows.get(item));
    if (!reading || !own || !row) {
      wrong('nobody declares it');
      return undefined;
    }
    const policy = policyOf(row, own);
    const { manage } = (isJsonObject(own['policy']) ? own['policy'] : {}) as { manage?: string[] };
    if (manage?.includes(what) !== true) wrong(`no policy permits to ${what} it`);
    if (policy.mode === 'off') wrong('its mode is off');
    if (policy.mode === 'report' && !isAttended(process, reading)) wrong('its mode is report');
    if (isPaused(process, reading, this.#world.now, id ?? item)) wrong('it is paused');
    return { row, valid: isValid(row, policy) };
  }
}
