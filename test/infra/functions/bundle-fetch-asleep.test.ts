import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { bundleFunction, bundleName, functionNames } from '../../../lib/infra/functions/bundle.ts';
import { bundleCommandLine } from '../../../scripts/command-line.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'trueup-asleep-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

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
    const out = join(folder, name);
    bundleFunction(name, out);
    const file = JSON.stringify(join(out, bundleName));
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
