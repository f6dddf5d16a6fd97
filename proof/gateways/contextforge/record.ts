/**
 * `node proof/gateways/contextforge/record.ts`: asks a real ContextForge the requests of `test/local/gateways/contextforge-steps.ts`
 * and writes what it answered to `test/local/gateways/contextforge-recorded.json`, which the simulator is held against.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Answered, Step } from '../../../test/local/gateways/contextforge-steps.ts';
import {
  gateways,
  normalised,
  pathOf,
  steps,
} from '../../../test/local/gateways/contextforge-steps.ts';
import { startUpstream } from '../upstream.ts';
import type { Upstream } from '../upstream.ts';
import { version } from './install.ts';
import { startContextForge } from './start.ts';
import type { ContextForge } from './start.ts';

const file = resolve(
  import.meta.dirname,
  '../../../test/local/gateways/contextforge-recorded.json',
);

/** Asks one after the other. @returns what was answered, by the names of the steps */
export async function record(
  gateway: Pick<ContextForge, 'url' | 'token'>,
  upstream: Upstream,
): Promise<Readonly<Record<string, Answered>>> {
  const ask = async (method: string, path: string, body: unknown, token = gateway.token) => {
    const response = await fetch(`${gateway.url}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: await response.json() };
  };
  const ids = new Map<string, string>();
  for (const { key, ...init } of gateways) {
    const wanted = { ...init, url: `${upstream.url}/${key}`, transport: 'STREAMABLEHTTP' };
    // oxlint-disable-next-line no-await-in-loop -- in their order
    const made = await ask('POST', '/v1/gateways', wanted);
    const { id } = made.body as { id?: string };
    if (id === undefined) throw new Error(`not created: ${JSON.stringify(made)}`);
    ids.set(key, id);
  }
  const answers: Record<string, Answered> = {};
  for (const step of steps) {
    arrange(step, upstream);
    const token = step.badToken ? 'nobody' : gateway.token;
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    const answer = await ask(step.method, pathOf(step, ids), step.body, token);
    answers[step.name] = normalised(answer, ids, upstream.url) as Answered;
  }
  return answers;
}

function arrange({ upstream: change }: Step, upstream: Upstream): void {
  if (!change) return;
  const path = `/${change.of}`;
  upstream.refuse(path, change.is === 'down');
  if (change.is === 'other-tools') upstream.setTools(path, ['other']);
}

if (process.argv[1] === import.meta.filename) {
  const folder = mkdtempSync(join(tmpdir(), 'trueup-contextforge-'));
  const upstream = await startUpstream();
  try {
    const gateway = await startContextForge(folder);
    try {
      const answers = await record(gateway, upstream);
      writeFileSync(file, `${JSON.stringify({ version, answers }, null, 2)}\n`);
      process.stdout.write(
        `recorded ${Object.keys(answers).length} answers of ContextForge ${version}\n`,
      );
    } finally {
      await gateway.stop();
    }
  } finally {
    await upstream.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
