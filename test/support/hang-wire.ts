import { EventEmitter } from 'node:events';
import { TimeoutError } from 'ky';
import type { OnHang } from '../../lib/local/gateways/vendor.ts';
import { createWire, type Wire } from '../../lib/gateways/http/wire.ts';

/** Where simulators report the requests that they leave without an answer. */
export class Hangs extends EventEmitter<{ hang: Parameters<OnHang> }> {
  readonly report: OnHang = (request) => void this.emit('hang', request);
}

/** The real wire; but a request that a simulator leaves without an answer times out at once. */
export function wireOf(hangs: Hangs, maxBytes: number): Wire {
  const wire = createWire({ maxBytes });
  hangs.setMaxListeners(0);
  return {
    send: async (request, reach, progress) => {
      const { promise, reject } = Promise.withResolvers<never>();
      const { host, pathname } = new URL(request.url);
      const listener: OnHang = ({ method, path, headers }) => {
        if (`${method} ${headers.host} ${path}` === `${request.method} ${host} ${pathname}`)
          reject(new TimeoutError(request));
      };
      hangs.on('hang', listener);
      try {
        return await Promise.race([wire.send(request, reach, progress), promise]);
      } finally {
        hangs.off('hang', listener);
      }
    },
    close: () => wire.close(),
  };
}
