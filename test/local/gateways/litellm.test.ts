import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startSimulatedLiteLlm } from '../../../lib/local/gateways/litellm/simulator.ts';
import type { LiteLlmSimulator } from '../../../lib/local/gateways/litellm/simulator.ts';
import type { LiteLlmAnswered } from './litellm-steps.ts';
import { bodyOf, liteLlmServers, liteLlmSteps } from './litellm-steps.ts';

const recorded = JSON.parse(
  readFileSync(join(import.meta.dirname, 'litellm-recorded.json'), 'utf8'),
) as { version: string; answers: Readonly<Record<string, LiteLlmAnswered>> };

describe(`the simulated LiteLLM answers as the real one of version ${recorded.version}`, () => {
  let simulator: LiteLlmSimulator;
  const answers = new Map<string, LiteLlmAnswered>();
  beforeAll(async () => {
    const servers = liteLlmServers.map((server) => ({ ...server }));
    simulator = await startSimulatedLiteLlm({ servers, tokens: ['good'] });
    for (const { name, method, path, body, badToken } of liteLlmSteps) {
      const response = await fetch(`${simulator.url}${path}`, {
        method,
        headers: {
          authorization: `Bearer ${badToken ? 'bad' : 'good'}`,
          'content-type': 'application/json',
        },
        ...(body && { body: JSON.stringify(body) }),
      });
      answers.set(name, {
        status: response.status,
        body: await bodyOf(response),
      });
    }
  });
  afterAll(() => simulator.close());

  test.each(liteLlmSteps.map(({ name }) => name))('%s', (name) => {
    const [real, simulated] = [recorded.answers[name], answers.get(name)];
    expect(simulated?.status).toBe(real?.status);
    // What a 401 and a 422 say is words.
    if (real?.status === 401 || real?.status === 422) return;
    expect(simulated?.body).toEqual(alike(simulated?.body, real?.body));
  });
});

/** What the real answer says of all that the simulated one has of a server. Lists have an order of their own. */
function alike(simulated: unknown, real: unknown): unknown {
  if (Array.isArray(real) && Array.isArray(simulated)) {
    return simulated.map((one: object) =>
      alike(
        one,
        real.find((other) => idOf(other) === idOf(one)),
      ),
    );
  }
  if (!isObject(real) || !isObject(simulated) || !('server_id' in real)) return real;
  const known = Object.keys(simulated).filter((key) => key !== 'mcp_info');
  return {
    ...Object.fromEntries(known.map((key) => [key, real[key]])),
    mcp_info: simulated['mcp_info'],
  };
}

const idOf = (server: unknown) => (isObject(server) ? server['server_id'] : undefined);

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
