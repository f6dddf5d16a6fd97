import { expect, test } from '@jest/globals';
import type { Provider } from '../../lib/reconcile/ports/provider.ts';
import { readSideBySide } from '../../lib/reconcile/read-side-by-side.ts';
import { connection, startWorld } from '../support/world.ts';

test('providers are told to prepare while the tables are read: neither before they were asked, nor after', async () => {
  const world = await startWorld();
  try {
    await world.declareConnection();
    const { deps } = world;
    const order: string[] = [];
    const said = <T>(what: string, answer: Promise<T>) => {
      order.push(`${what} asked`);
      return answer.finally(() => order.push(`${what} read`));
    };
    const [barndoor] = [...deps.providers.values()].filter(({ name }) => name === 'barndoor');
    const prepared = { ...barndoor, prepare: () => void order.push('prepared') } as Provider;
    await readSideBySide(
      { connection },
      {
        ...deps,
        providers: new Map([['barndoor', prepared]]),
        desired: {
          ...deps.desired,
          pages: async function* (...at) {
            yield await said('desired', deps.desired.rows(...at));
          },
        },
        ledger: { ...deps.ledger, read: (...at) => said('ledger', deps.ledger.read(...at)) },
      },
      () => undefined,
      new AbortController(),
    );
    expect(order.slice(0, 3)).toEqual(['desired asked', 'ledger asked', 'prepared']);
    expect(order.slice(3).toSorted()).toEqual(['desired read', 'ledger read']);
  } finally {
    await world.close();
  }
});
