import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { functionNames } from '../../../lib/infra/functions/bundle.ts';
import { readReviewed } from '../../../scripts/bundled-packages.ts';
import type { Bundled } from '../../../scripts/bundled-packages.ts';
import { invokeBundle } from '../../../scripts/lambda/invoke-bundle.ts';
import { startLocalWorld } from '../../../scripts/lambda/local-world.ts';
import type { LocalWorld } from '../../../scripts/lambda/local-world.ts';
import { plainRuntime } from '../../../scripts/lambda/runtime-client.ts';

let local: LocalWorld;

beforeEach(async () => {
  local = await startLocalWorld();
});

afterEach(async () => {
  await local.world.close();
});

/** `npm run invoke -- --all` does the same under AWS's own runtime interface client. */
describe('the bundle of a function, in a process of its own', () => {
  test.each(readdirSync('events'))('works events/%s', async (file) => {
    const name = functionNames.find((one) => file.startsWith(one));
    if (name === undefined) throw new Error(`events/${file}: its name begins with no function's`);
    const lines: string[] = [];
    const { kind, value } = await invokeBundle({
      name,
      event: readFileSync(`events/${file}`, 'utf8'),
      client: plainRuntime,
      environment: local.environment,
      log: (text) => lines.push(text),
    });
    expect({ kind, log: lines.join('') }).toMatchObject({
      kind: 'answer',
      log: expect.stringContaining('"message":"pass completed"'),
    });
    if (name === 'scheduled') expect(value).toMatchObject({ connections: 1, passes: 1 });
    else expect(value).toEqual({ batchItemFailures: [] });
    const changed = local.world.barndoor.requests.filter(({ method }) => method === 'PUT');
    expect(changed.length).toBeGreaterThan(0);
  });

  test('says which setting is missing, and what it is', async () => {
    const { TRUEUP_QUEUE_URL: _left, ...environment } = local.environment;
    const lines: string[] = [];
    const { kind, value } = await invokeBundle({
      name: 'queued',
      event: readFileSync('events/queued-rotation.json', 'utf8'),
      client: plainRuntime,
      environment,
      log: (text) => lines.push(text),
    });
    expect(kind).toBe('error');
    expect(value).toMatchObject({
      errorType: 'SettingsError',
      errorMessage: 'TRUEUP_QUEUE_URL is not set; it is the URL of the queue',
    });
  });

  test.each(ownErrors())(
    'does not lose the name of %s, which logs and alarms go by',
    (name, text) => {
      expect(text).toContain(`static override readonly name: string = '${name}';`);
    },
  );
});

/** Classes of errors that a bundle may hold, with the text that they begin with. */
function ownErrors(): (readonly [string, string])[] {
  const reviewed = readReviewed() as Record<string, Bundled>;
  const folders = new Set(functionNames.flatMap((name) => reviewed[name]?.folders ?? []));
  const files = [...folders]
    .filter((path) => statSync(path).isDirectory())
    .flatMap((folder) =>
      readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => `${folder}/${name}`),
    );
  return files
    .filter((file) => file.endsWith('.ts'))
    .flatMap((file) => [
      ...readFileSync(file, 'utf8').matchAll(
        /class (\w+) extends (?:TrueupError|StoreError|VendorError)\b.*\n.*/g,
      ),
    ])
    .map(([text, name = '']) => [name, text] as const);
}
