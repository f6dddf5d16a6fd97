import type { JsonObject } from '../../lib/model/json/json.types.ts';
import { isJsonObject } from '../../lib/model/json/json.ts';
import { canonical } from './declared.ts';
import type { SimEvent, VendorCall } from './events.types.ts';
import type { Findings, Oracle } from './oracle.ts';
import type { PassReadings } from './pass-readings.ts';
import { credentialOf, isReplaced } from './vendor-contextforge.ts';

/**
 * No harm, stored credentials: a PUT that does not declare another credential, or none, leaves the one that the gateway
 * stores as it was. One that was stored after the last answer that the sender read is beyond what it can know.
 */
export class CredentialOracle implements Oracle {
  readonly #found: Findings;
  readonly #readings: PassReadings;
  /** What the sender of a PUT had seen of the server. */
  readonly #seen = new Map<VendorCall, JsonObject>();

  constructor(found: Findings, readings: PassReadings) {
    this.#found = found;
    this.#readings = readings;
  }

  see(event: SimEvent): void {
    if (event.kind !== 'vendor' || event.call.operation !== 'put') return;
    const { call, phase } = event;
    if (phase === 'called') {
      const { process, connection, id = '' } = call;
      this.#seen.set(call, this.#readings.of(process, connection)?.seen.get(id) ?? {});
    }
    if (phase === 'landed') this.#landed(call);
  }

  #landed(call: VendorCall): void {
    const { process, connection, id = '', before, after, request } = call;
    const stored = before && credentialOf(before);
    if (!after || stored === undefined || !isJsonObject(request.body)) return;
    const live = this.#seen.get(call) ?? {};
    if (request.body['authType'] === 'none' || isReplaced(request.body, live)) return;
    this.#found.looked('no-harm: PUTs to servers with a stored credential');
    if (canonical(credentialOf(after)) === canonical(stored)) return;
    if (live['authValue'] === null || live['authValue'] === '') {
      this.#found.looked('no-harm: credentials stored after the last read');
      return;
    }
    this.#found.wrong(
      'no-harm',
      `PUT ${connection}/${id} by ${process.name} erased the stored credential`,
    );
  }
}
