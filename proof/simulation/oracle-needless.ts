import type { Json } from '../../lib/model/json/json.types.ts';
import { isJsonObject } from '../../lib/model/json/json.ts';
import { canonical, policyOf, valueAt } from './declared.ts';
import { itemOf } from './labels.ts';
import type { SimEvent, VendorCall } from './events.types.ts';
import type { Findings, Oracle } from './oracle.ts';
import type { PassReadings } from './pass-readings.ts';
import type { Process } from './scheduler.ts';
import { isAsSent, isKept, isReplaced } from './vendor-contextforge.ts';
import type { World } from './world.ts';

const pointers = ['/client_id', '/client_secret', '/instructions', '/authToken', '/authPassword'];

interface Sent {
  readonly value: Json;
  readonly process: Process;
  /** Version of the row that it came from. */
  readonly index: number;
  /** Whether the sender was told that it was done, and then wrote it down. */
  state: 'open' | 'answered' | 'recorded';
}

/** No harm, what cannot be read: nothing is sent again that was sent, answered and recorded. */
export class NeedlessOracle implements Oracle {
  readonly #world: World;
  readonly #found: Findings;
  readonly #readings: PassReadings;
  readonly #sent = new Map<string, Sent>();
  readonly #byCall = new Map<VendorCall, readonly Sent[]>();

  constructor(world: World, found: Findings, readings: PassReadings) {
    this.#world = world;
    this.#found = found;
    this.#readings = readings;
  }

  see(event: SimEvent): void {
    if (event.kind === 'ledger-write') {
      const id = (event.after ?? event.before)?.id ?? '';
      for (const pointer of pointers) {
        const key = `${event.connection}/${id}${pointer}`;
        const sent = this.#sent.get(key);
        if (!event.after) this.#sent.delete(key);
        else if (sent?.state === 'answered' && sent.process === event.process)
          sent.state = 'recorded';
      }
    } else if (event.kind === 'resend') {
      for (const pointer of pointers)
        this.#sent.delete(`${event.connection}/${event.id}${pointer}`);
    } else if (event.kind === 'vendor' && event.call.operation === 'put') {
      if (event.phase === 'called') this.#called(event.call);
      if (event.phase === 'answered') this.#answered(event.call);
    }
  }

  #called(call: VendorCall): void {
    const { process, connection, id = '', request } = call;
    if (!isJsonObject(request.body)) return;
    const { body } = request;
    const reading = this.#readings.of(process, connection);
    const index = reading?.rows.get(itemOf(id)) ?? 0;
    // Somebody left word that nothing is known of it, or of some of its fields.
    const isMarked = reading?.ledger?.resend.has(id) === true;
    const live = reading?.seen.get(id) ?? {};
    // Another credential is stored, or none.
    const isGone = isReplaced(body, live) && !isAsSent(body, live);
    const open = reading?.ledger?.servers.get(id)?.intent?.pointers ?? [];
    const sent = pointers.flatMap((pointer): Sent[] => {
      const value = valueAt(body, pointer);
      if (value === undefined || isKept(live, pointer, value)) return [];
      const key = `${connection}/${id}${pointer}`;
      const before = this.#sent.get(key);
      const isKnown =
        before?.state === 'recorded' && !isMarked && !isGone && !open.includes(pointer);
      if (isKnown && canonical(before.value) === canonical(value)) {
        this.#again(connection, id, pointer, before.index, index, process);
      }
      const one: Sent = { value, process, index, state: 'open' };
      this.#found.looked('no-harm: unreadable fields sent');
      this.#sent.set(key, one);
      return [one];
    });
    this.#byCall.set(call, sent);
  }

  #again(
    connection: string,
    id: string,
    pointer: string,
    from: number,
    to: number,
    { name }: Process,
  ): void {
    const rows = this.#world.desired.rows.get(connection);
    const own = rows?.get('connection')?.all ?? [];
    const versions = (rows?.get(itemOf(id))?.all ?? []).slice(from, to + 1);
    const declared = versions.map(
      ({ value }) => value && canonical(valueAt(value, `/spec${pointer}`)),
    );
    // It was something else in between, or nothing.
    if (new Set(declared).size > 1) return;
    const reasserts = own.some(({ value: connectionRow }) =>
      versions.some(({ value }) => value && policyOf(value, connectionRow ?? {}).reasserts),
    );
    if (reasserts) return;
    this.#found.wrong('no-harm', `${name} sent ${connection}/${id} ${pointer} again for nothing`);
  }

  #answered(call: VendorCall): void {
    const isDone = call.outcome === 'told' && call.answer?.status === 200;
    for (const sent of this.#byCall.get(call) ?? []) if (isDone) sent.state = 'answered';
  }
}
