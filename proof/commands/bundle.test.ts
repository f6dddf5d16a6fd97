import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { bundleFunction, bundleName, functionNames } from '../../lib/infra/functions/bundle.ts';
import { readReviewed } from '../../scripts/bundled-packages.ts';
import type { Bundled } from '../../scripts/bundled-packages.ts';
import { bundleCommandLine } from '../../scripts/command-line.ts';
import { invokeBundle } from '../../scripts/lambda/invoke-bundle.ts';
import { startLocalWorld } from '../../scripts/lambda/local-world.ts';
import type { LocalWorld } from '../../scripts/lambda/local-world.ts';
import { plainRuntime } from '../../scripts/lambda/runtime-client.ts';

/** A bundle takes a second to write: each is written once. */
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'trueup-bundle-'));
  for (const name of functionNames) bundleFunction(name, join(folder, name));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** `npm run invoke -- --all` does the same under AWS's own runtime interface client. */
describe('the bundle of a function, in a process of its own', () => {
  let local: LocalWorld;
  beforeEach(async () => {
    local = await startLocalWorld();
  });
  afterEach(async () => {
    await local.world.close();
  });

  test.each(readdirSync('events'))('works events/%s', async (file) => {
    const name = functionNames.find((one) => file.startsWith(one));
    if (name === undefined) throw new Error(`events/${file}: its name begins with no function's`);
    const lines: string[] = [];
    const { kind, value } = await invokeBundle({
      name,
      folder: join(folder, name),
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

  test('loads the client of Parameter Store, a file beside it, where a connection signs in', async () => {
    const { world, environment } = local;
    const [connection, secret] = ['signed-in', 'trueup/signed-in/login'];
    world.issuer.clients.set('trueup', undefined);
    const refreshToken = world.issuer.issueRefreshToken('trueup');
    await world.secrets.write(secret, JSON.stringify({ refresh_token: refreshToken }));
    const client = { tokenUrl: world.issuer.tokenUrl, client_id: 'trueup' };
    await world.desired.put(connection, 'connection', {
      provider: 'barndoor',
      baseUrl: world.barndoor.url,
      auth: { type: 'refresh-token', ...client, refresh_token: { secret } },
    });
    const { kind, value } = await invokeBundle({
      name: 'scheduled',
      folder: join(folder, 'scheduled'),
      event: readFileSync('events/scheduled.json', 'utf8'),
      client: plainRuntime,
      environment,
      log: () => undefined,
    });
    expect({ kind, value }).toMatchObject({ kind: 'answer', value: { passes: 2 } });
    expect(world.ssm.calls).toMatchObject({ PutParameter: 1 });
    const text = readFileSync(join(folder, 'scheduled', bundleName), 'utf8');
    expect(text).not.toContain('AmazonSSM');
  });

  test('says which setting is missing, and what it is', async () => {
    const { TRUEUP_QUEUE_URL: _left, ...environment } = local.environment;
    const lines: string[] = [];
    const { kind, value } = await invokeBundle({
      name: 'queued',
      folder: join(folder, 'queued'),
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
});

describe('an error of ours', () => {
  test.each(ownErrors())(
    'keeps the name of %s in a bundle, which logs and alarms go by',
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
    .flatMap((path) =>
      readdirSync(path, { recursive: true, encoding: 'utf8' }).map((name) => `${path}/${name}`),
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

/** What a process of its own says as JSON. */
const saidBy = (type: 'commonjs' | 'module', script: string): unknown =>
  JSON.parse(
    execFileSync(process.execPath, [`--input-type=${type}`, '--eval', script], {
      encoding: 'utf8',
    }),
  );

const say = 'const say = (what) => process.stdout.write(JSON.stringify(what));';
const isAwake = "process.moduleLoadList.includes('NativeModule internal/deps/undici/undici')";

/** Node's own fetch takes a third of a start to load: it is left to the first request. */
describe("Node's own fetch", () => {
  test.each(functionNames)('sleeps while the bundle of %s is imported', (name) => {
    const file = JSON.stringify(join(folder, name, bundleName));
    expect(saidBy('commonjs', `${say} require(${file}); say(${isAwake})`)).toBe(false);
    expect(saidBy('commonjs', `${say} require(${file}); Request; say(${isAwake})`)).toBe(true);
  });

  test('is woken by no import of node:http in the packed command line', () => {
    bundleCommandLine(join(folder, 'cli'));
    const files = readdirSync(join(folder, 'cli')).filter((file) => file.endsWith('.mjs'));
    const texts = files.map((file) => readFileSync(join(folder, 'cli', file), 'utf8'));
    // An ES module that imports it is shown all that is in it.
    expect(texts.filter((text) => /^import .* from "(node:)?http";$/m.test(text))).toEqual([]);
    expect(texts.filter((text) => text.includes('__require("http")'))).toHaveLength(1);
  });

  test('is woken by ky, which is loaded by the first request and not before', () => {
    const url = (path: string) => JSON.stringify(pathToFileURL(path).href);
    const script = `${say}
      import { registerHooks } from 'node:module';
      let isLoaded = false;
      registerHooks({ load: (url, context, next) => {
        isLoaded ||= url.includes('/node_modules/ky/');
        return next(url, context);
      } });
      const { createHttpClient } = await import(${url('lib/gateways/http/client.ts')});
      const { parseAllowedHosts } = await import(${url('lib/gateways/http/host-rule.ts')});
      const client = createHttpClient({
        hosts: { allowed: parseAllowedHosts('x=127.0.0.1:9'), trustDocumentedHosts: false },
        clock: { now: Date.now, sleep: async () => undefined },
        random: Math.random,
      });
      const before = isLoaded;
      await client.send({
        url: 'http://127.0.0.1:9/', owner: { name: 'x', documentedHosts: [] }, operation: 'get', method: 'GET',
        known: { add() {}, occurIn: () => false }, signal: new AbortController().signal, context: {}, repeatable: 'unsent',
      }).catch(() => undefined);
      say([before, isLoaded]);`;
    expect(saidBy('module', script)).toEqual([false, true]);
  });
});
