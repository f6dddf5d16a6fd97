/**
 * `node proof/gateways/litellm/record.ts`: asks a real LiteLLM the requests of `test/local/gateways/litellm-steps.ts` and writes
 * what it answered to `test/local/gateways/litellm-recorded.json`, which the simulator is held against. A stand-in has the place
 * of Prisma's query engine.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { LiteLlmAnswered } from '../../../test/local/gateways/litellm-steps.ts';
import {
  bodyOf,
  liteLlmServers,
  liteLlmSteps,
} from '../../../test/local/gateways/litellm-steps.ts';
import { version } from './install.ts';
import { startLiteLlm } from './start.ts';

const file = resolve(import.meta.dirname, '../../../test/local/gateways/litellm-recorded.json');

const folder = mkdtempSync(join(tmpdir(), 'trueup-litellm-'));
const gateway = await startLiteLlm(folder);
try {
  const ask = async (method: string, path: string, body: unknown, token = gateway.token) => {
    const response = await fetch(`${gateway.url}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: await bodyOf(response) };
  };
  for (const server of liteLlmServers) {
    // oxlint-disable-next-line no-await-in-loop -- in their order
    const made = await ask('POST', '/v1/mcp/server', server);
    if (made.status !== 201) throw new Error(`not created: ${JSON.stringify(made)}`);
  }
  const answers: Record<string, LiteLlmAnswered> = {};
  for (const { name, method, path, body, badToken } of liteLlmSteps) {
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    answers[name] = await ask(method, path, body, badToken ? 'sk-of-another-gateway' : undefined);
  }
  writeFileSync(file, `${JSON.stringify({ version, answers }, null, 2)}\n`);
  const count = Object.keys(answers).length;
  process.stdout.write(`recorded ${count} answers of LiteLLM ${version}\n`);
} finally {
  await gateway.stop();
  rmSync(folder, { recursive: true, force: true });
}
