import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startSimulatedContextForge } from '../../../lib/local/gateways/contextforge/simulator.ts';
import type { ContextForgeServerInit } from '../../../lib/local/gateways/contextforge/gateway.ts';
import type { ContextForgeSimulator } from '../../../lib/local/gateways/contextforge/simulator.ts';
import type { Answered } from './contextforge-steps.ts';
import { gateways, normalised, pathOf, steps } from './contextforge-steps.ts';

const recorded = JSON.parse(
  readFileSync(join(import.meta.dirname, 'contextforge-recorded.json'), 'utf8'),
) as { version: string; answers: Readonly<Record<string, Answered>> };

const upstream = 'http://localhost:1';
const ids: ReadonlyMap<string, string> = new Map<string, string>(
  gateways.map(({ key }) => [key, `id-of-gateway-${key}`]),
);

/** Newest first, as the real one lists them. */
const servers = gateways
  .map(({ key, name, ...rest }): ContextForgeServerInit => {
    const { authType, tags } = rest as { authType?: string; tags?: string[] };
    return {
      id: ids.get(key) as string,
      name,
      url: `${upstream}/${key}`,
      ...(tags && { tags: [...tags] }),
      ...(authType !== undefined && { authType }),
      ...credentialOf(rest),
    };
  })
  .toReversed();

function credentialOf(init: object): Pick<ContextForgeServerInit, 'credential'> {
  if ('authToken' in init) return { credential: { token: String(init.authToken) } };
  if ('authPassword' in init)
    return { credential: { username: 'user', password: String(init.authPassword) } };
  return 'authHeaders' in init ? { credential: { headers: { 'X-A': 'v1' } } } : {};
}

describe(`the simulated ContextForge answers as the real one of version ${recorded.version}`, () => {
  let simulator: ContextForgeSimulator;
  const answers = new Map<string, Answered>();
  beforeAll(async () => {
    simulator = await startSimulatedContextForge({ servers, tokens: ['good'] });
    for (const step of steps) {
      const { upstream: change } = step;
      if (change) simulator.edit(ids.get(change.of) as string, { upstream: change.is });
      const response = await fetch(`${simulator.url}${pathOf(step, ids)}`, {
        method: step.method,
        headers: {
          authorization: `Bearer ${step.badToken ? 'bad' : 'good'}`,
          'content-type': 'application/json',
        },
        ...(step.body && { body: JSON.stringify(step.body) }),
      });
      const answer = { status: response.status, body: await response.json() };
      answers.set(step.name, normalised(answer, ids, upstream) as Answered);
    }
  });
  afterAll(() => simulator.close());

  test.each(steps.map(({ name }) => name))('%s', (name) => {
    const [real, simulated] = [recorded.answers[name], answers.get(name)];
    expect(simulated?.status).toBe(real?.status);
    expect(simulated?.body).toEqual(alike(simulated?.body, real?.body));
  });
});

/** What the real answer says of all that the simulated one has; where the list goes on is each one's own. */
function alike(simulated: unknown, real: unknown): unknown {
  if (Array.isArray(real) && Array.isArray(simulated)) {
    return real.map((one, index) => alike(simulated[index], one));
  }
  if (!isObject(real) || !isObject(simulated)) return real;
  if (!('id' in real) && !('gateways' in real)) return real;
  return Object.fromEntries(
    Object.keys(simulated).map((key) => {
      if (key === 'nextCursor') return [key, real[key] === null ? null : simulated[key]];
      return [key, alike(simulated[key], real[key])];
    }),
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
