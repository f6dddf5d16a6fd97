import { core, found as canariesIn } from '../../test/support/canaries.ts';
import type { SimEvent, VendorCall } from './events.types.ts';
import type { Findings, Oracle } from './oracle.ts';

/** No leak: no secret in what leaves memory, in any spelling; and each vendor gets its own connection's alone. */
export class LeakOracle implements Oracle {
  readonly #found: Findings;

  constructor(found: Findings) {
    this.#found = found;
  }

  see(event: SimEvent): void {
    if (event.kind === 'out') {
      this.#found.looked(`no-leak: ${event.to}`);
      const [first] = canariesIn(event.text, [core]);
      if (first !== undefined) this.#found.wrong('no-leak', `${event.to}: ${first}`);
    } else if (event.kind === 'vendor' && event.phase === 'called') {
      this.#request(event.call);
    }
  }

  #request({ connection, request: { path, query, headers } }: VendorCall): void {
    this.#found.looked('no-leak: requests');
    const { authorization = '', ...others } = headers;
    const told = JSON.stringify([path, query.toString(), others]);
    if (told.includes(core)) this.#found.wrong('no-leak', `a request's URL or headers: ${told}`);
    const isOwn = authorization === '' || authorization.includes(`-${connection}`);
    if (!isOwn) this.#found.wrong('no-leak', `${connection} was sent another's token`);
  }
}
