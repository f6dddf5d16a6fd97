import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { parseAllDocuments } from 'yaml';
import { isJsonObject } from '../../../lib/model/json/json.ts';
import type { Json } from '../../../lib/model/json/json.types.ts';
import { commandList } from '../../../lib/cli/command-list.ts';
import { jsonSchemas, outputSchemas, printedBy } from '../../../lib/cli/schemas/json-schemas.ts';
import { bearer, connection, serverIds, startWorld } from '../../support/world.ts';
import type { TestWorld } from '../../support/world.ts';
import { onTables, trueup } from '../run.ts';
import type { RunOptions } from '../run.ts';

const [a = '', b = '', c = '', gone = ''] = serverIds(4);
const shipped = resolve('schemas');
/** Formats are a matter of a validator of its own, and `describe`d keys are what is looked at here. */
const ajv = new Ajv2020({ strict: false });

/** Compiled once: that takes longer than a command does. */
const schemaOf = async (file: string) => {
  if (!ajv.getSchema(file)) {
    ajv.addSchema(JSON.parse(await readFile(join(shipped, file), 'utf8')) as object, file);
  }
  const check = ajv.getSchema(file);
  if (!check) throw new Error(`no schema ${file}`);
  return check;
};

describe('the schemas in schemas/', () => {
  test('are those that the code makes: `npm run docs` writes them', async () => {
    const made = jsonSchemas();
    expect((await readdir(shipped)).toSorted()).toEqual([...made.keys()].toSorted());
    for (const [file, text] of made) {
      expect([file, await readFile(join(shipped, file), 'utf8')]).toEqual([file, text]);
    }
  });

  test.each([...jsonSchemas()])('%s describes every key', (_file, text) => {
    const bare: string[] = [];
    let described = 0;
    const look = (node: Json, path: string): void => {
      if (Array.isArray(node)) node.forEach((one: Json, at) => look(one, `${path}/${at}`));
      if (!isJsonObject(node)) return;
      for (const [key, member] of Object.entries(node)) {
        // What an `if` names is what the rest describes.
        if (key === 'if' || key === 'then') continue;
        if (key === 'properties' && isJsonObject(member)) {
          for (const [name, property] of Object.entries(member)) {
            if (isJsonObject(property) && typeof property['description'] === 'string')
              described += 1;
            else bare.push(`${path}/${name}`);
          }
        }
        look(member, `${path}/${key}`);
      }
    };
    look(JSON.parse(text) as Json, '');
    expect(bare).toEqual([]);
    expect(described).toBeGreaterThanOrEqual(2);
  });
});

describe('what is printed as JSON', () => {
  let world: TestWorld;
  let folder: string;
  let run: (argv: readonly string[], more?: RunOptions) => Promise<string>;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'trueup-json-'));
    world = await startWorld({ servers: [a, b, c].map((id) => ({ id, name: id })) });
    const tables = onTables(world, world.clock);
    run = async (argv, more = {}) => (await tables.run(argv, { cwd: folder, ...more })).stdout;
    await world.secrets.write(`trueup/${connection}/b`, 'the-secret-of-b');
    await world.declareConnection({
      policy: { mode: 'correct', limits: { minimum: 1, updates: '50%' } },
    });
    await world.declare(
      { id: a, label: 'first', spec: { name: 'A', meta: { team: 'sales' } } },
      { id: b, spec: { client_secret: { secret: `trueup/${connection}/b` } } },
      { id: gone, label: 'gone', spec: { name: 'Gone' } },
    );
    await writeFile(
      join(folder, 'more.yaml'),
      `connection: ${connection}
provider: barndoor
baseUrl: ${world.barndoor.url}
auth: { type: bearer, token: { secret: trueup/${connection}/token } }
servers:
  - { id: ${a}, label: first, spec: { name: AA } }
  - { id: ${c}, spec: { name: C } }
`,
    );
  });

  afterAll(async () => {
    await world.close();
    await rm(folder, { recursive: true, force: true });
  });

  /** In order: each leaves the world as the next one finds it. `has` is what shows that it is not empty. */
  const commands: readonly (readonly [
    form: keyof typeof outputSchemas,
    argv: readonly string[],
    has: string,
  ])[] = [
    ['plan', ['plan'], 'digest'],
    ['report', ['apply', '--yes'], 'missing'],
    ['plan', ['approve', connection, '--yes'], 'hash'],
    ['report', ['apply', '-y', `${connection}/first`], 'updated'],
    ['history', ['history'], 'version'],
    ['plan', ['apply', '--dry-run', '--yes'], 'plans'],
    ['plan', ['diff', `${connection}/first`], 'plans'],
    ['pauses', ['pause', `${connection}/first`, '--until', '2h', '--reason', 'why'], '"reason"'],
    ['pauses', ['resume', `${connection}/first`], '"reason"'],
    ['pauses', ['resume', `${connection}/first`], 'pauses'],
    ['init', ['init', 'example.yaml'], 'trueup.schema.json'],
    ['init', ['init', '--schemas', 'all'], join('all', 'plan.schema.json')],
    ['version', ['version'], 'trueup'],
    ['status', ['status'], 'since'],
    ['push', ['push', 'more.yaml', '--prune', '--dry-run'], 'remove'],
    ['push', ['push', 'more.yaml'], '"action": "change"'],
    ['validate', ['validate', 'more.yaml'], 'issues'],
    ['doctor', ['doctor'], 'found'],
    ['status', ['status', '--failing'], 'connections'],
  ];
  test.each(commands)('%s: %j', async (form, argv, has) => {
    let line = [...argv];
    if (argv[0] === 'approve') {
      const plan = JSON.parse(await run(['plan', '--output', 'json'])) as {
        plans: { guard: { held?: string } }[];
      };
      line = ['approve', connection, plan.plans[0]?.guard.held ?? 'none', '--yes'];
    }
    const text = await run([...line, '--output', 'json']);
    expect(text).toContain(has);
    await fits(form, text);
  });

  test('plans that could not be made, a pause, a lease, and errors of a file', async () => {
    await run(['pause', `${connection}/first`, '--reason', 'maintenance', '--until', '2h']);
    await world.secrets.write(`trueup/${connection}/token`, 'another');
    const failed = await run(['plan', '--output', 'json']);
    expect(failed).toContain('failures');
    await fits('plan', failed);
    const status = await run(['status', '--output', 'json']);
    expect(status).toContain('maintenance');
    await fits('status', status);
    await fits('doctor', await run(['doctor', '--output', 'json']));
    await writeFile(join(folder, 'broken.yaml'), 'connection: Acme\n');
    const issues = await run(['validate', 'broken.yaml', '--output', 'json']);
    expect(issues).toContain('"line": 1');
    await fits('validate', issues);
    await world.secrets.write(`trueup/${connection}/token`, bearer);
  });

  test('every command has a form', () => {
    const lacking = commandList.filter(({ name }) => !printedBy.has(name));
    expect(lacking.map(({ name }) => name)).toEqual([]);
  });

  test('pull and import print declarations', async () => {
    const check = await schemaOf('trueup.schema.json');
    for (const argv of [['pull'], ['import', connection]]) {
      const value: unknown = JSON.parse(await run([...argv, '--output', 'json']));
      expect([argv, check(value), check.errors]).toEqual([argv, true, null]);
    }
  });

  test('demo', async () => {
    const { stdout } = await trueup(['demo', '-o', 'json']);
    await fits('demo', stdout);
  });

  /** It fits the schema as shipped, and there is nothing in it that the schema does not describe. */
  async function fits(form: keyof typeof outputSchemas, text: string): Promise<void> {
    const value: unknown = JSON.parse(text);
    const check = await schemaOf(`${form}.schema.json`);
    expect([check(value), check.errors]).toEqual([true, null]);
    expect(outputSchemas[form].parse(value)).toEqual(value);
  }
});

describe("the declarations' schema", () => {
  test('takes what `init` writes', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'trueup-json-'));
    await trueup(['init'], { cwd: folder });
    const [document] = parseAllDocuments(await readFile(join(folder, 'trueup.yaml'), 'utf8'));
    const check = await schemaOf('trueup.schema.json');
    expect([check(document?.toJS()), check.errors]).toEqual([true, null]);
    expect(await readFile(join(folder, 'trueup.schema.json'), 'utf8')).toBe(
      jsonSchemas().get('trueup.schema.json'),
    );
    await rm(folder, { recursive: true, force: true });
  });

  const declared = (provider: string, spec: object) => ({
    connection: 'acme',
    provider,
    baseUrl: 'https://gateway.example.com',
    auth: { type: 'bearer', token: { secret: 'trueup/acme/token' } },
    servers: [{ id: 'one', spec }],
  });
  test.each([
    [
      'a list',
      [declared('barndoor', { slug: 'a' }), declared('alloy', { description: 'b' })],
      true,
    ],
    ["a field of another vendor's", declared('alloy', { slug: 'a' }), false],
    ['a literal where a secret belongs', declared('barndoor', { client_secret: 'x' }), false],
    ['metadata, however deep', declared('barndoor', { meta: { a: { b: [1, { c: 2 }] } } }), true],
    ['null in metadata', declared('barndoor', { meta: { a: { b: null } } }), false],
    ['an unknown key', { ...declared('barndoor', {}), bugdet: {} }, false],
  ])('%s', async (_what, value, right) => {
    expect((await schemaOf('trueup.schema.json'))(value)).toBe(right);
  });

  test('`init --schemas` writes all of them', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'trueup-json-'));
    const { code } = await trueup(['init', '--schemas', 'forms/json'], { cwd: folder });
    expect(code).toBe(0);
    for (const [file, text] of jsonSchemas()) {
      expect(await readFile(join(folder, 'forms/json', file), 'utf8')).toBe(text);
    }
    await rm(folder, { recursive: true, force: true });
  });
});
