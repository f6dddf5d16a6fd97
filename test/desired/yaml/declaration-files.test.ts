import { chmod, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  formatPlaced,
  placed,
  readDeclarations,
} from '../../../lib/desired/yaml/declaration-files.ts';
import { temporaryFolder, type TemporaryFolder } from '../../support/temporary-folder.ts';

describe('Declaration files', () => {
  let folder: TemporaryFolder;
  beforeEach(async () => {
    folder = await temporaryFolder();
  });
  afterEach(() => folder.remove());

  const readText = async (text: string, name = 'a.yaml') => {
    const read = await readDeclarations([await folder.write(name, text)]);
    return {
      values: read.documents.map(({ value }) => value),
      issues: read.issues.map((issue) => formatPlaced(issue).slice(folder.path.length + 1)),
      documents: read.documents,
    };
  };

  const forms: [string, string][] = [
    ['one document', 'connection: a\nservers: []\n'],
    ['documents', '--- # first\nconnection: a\nservers: []\n---\n# nothing\n---\n'],
    ['a list', '- connection: a\n  servers: []\n'],
    ['JSON', '{"connection":"a","servers":[]}'],
    ['JSON with tabs', '{\n\t"connection": "a",\n\t"servers": [\n\t]\n}\n'],
    ['JSON with CRLF and a byte order mark', '\uFEFF[{"connection": "a",\r\n"servers": []}]\r\n'],
  ];
  test.each(forms)('are %s', async (_what, text) => {
    const { values, issues } = await readText(text);
    expect(issues).toEqual([]);
    expect(values).toEqual([{ connection: 'a', servers: [] }]);
  });

  test.each(['', '\n', '# nothing yet\n', '---\n', 'null', '[]'])(
    'may be empty: %j',
    async (text) => {
      expect(await readText(text)).toEqual({ values: [], issues: [], documents: [] });
    },
  );

  test('aliases stand for whole values, keys are text, and scalars are those of YAML 1.2', async () => {
    const { values, issues } = await readText(
      'connection: a\nx: &std { mode: off, n: 31, f: 1.5, l: 9007199254740992, e: 1e+21, t: true, none: ~ }\n1: *std\n"<<": no\n',
    );
    const std = { mode: 'off', n: 31, f: 1.5, l: 2 ** 53, e: 1e21, t: true, none: null };
    expect(issues).toEqual([]);
    expect(values).toEqual([{ connection: 'a', x: std, 1: std, '<<': 'no' }]);
  });

  test('a folder means the YAML and JSON files right in it, by name', async () => {
    const others = ['.hidden.yaml', 'notes.txt', 'secrets.json', 'trueup.schema.json'];
    const names = ['b.yml', 'a.yaml', 'c.JSON', ...others];
    for (const name of names) await folder.write(name, `{"connection": "${name.slice(0, 1)}"}`);
    await mkdir(join(folder.path, 'inner'));
    await folder.write('inner/d.yaml', 'connection: d\n');
    const { documents, issues } = await readDeclarations([
      folder.path,
      join(folder.path, 'a.yaml'),
    ]);
    expect(issues).toEqual([]);
    expect(documents.map(({ file }) => file.slice(folder.path.length + 1))).toEqual([
      'a.yaml',
      'b.yml',
      'c.JSON',
    ]);
  });

  test('a pointer is located at its key or list member, or as far as it goes', async () => {
    const { documents } = await readText(
      [
        'connection: a',
        'policy: &p { mode: report,',
        '  ignore: [/x, /y] }',
        'servers:',
        '  - id: one',
        '    spec:',
        '      a/b: 1',
        '    policy: *p',
        '  - id: two',
        '---',
        '- connection: b',
        '- connection: c',
        '  auth: { type: bearer }',
      ].join('\n'),
    );
    const [a, b, c] = documents;
    const at = (pointer: string, document = a) => {
      const { line, column } = document?.locate(pointer) ?? { line: 0, column: 0 };
      return `${line}:${column}`;
    };
    expect(at('')).toBe('1:1');
    expect(at('/connection')).toBe('1:1');
    expect(at('/policy/mode')).toBe('2:14');
    expect(at('/policy/ignore/1')).toBe('3:16');
    expect(at('/servers/1')).toBe('9:5');
    expect(at('/servers/0/spec/a~1b')).toBe('7:7');
    expect(at('/servers/0/policy/ignore')).toBe('3:3');
    expect(at('/servers/0/spec/absent/deeper')).toBe('6:5');
    expect(at('/servers/7/id')).toBe('4:1');
    expect(at('no pointer')).toBe('1:1');
    expect(at('', b)).toBe('11:3');
    expect(at('/auth/token', c)).toBe('13:3');
    const issue = { path: '/auth', problem: 'is wrong', expected: 'must be right' };
    expect(c && formatPlaced(placed(c, issue))).toMatch(
      /a\.yaml:13:3 \/auth: is wrong; must be right$/,
    );
  });

  test('located in JSON too', async () => {
    const { documents } = await readText(
      '[{"connection":"a"},\n {"servers": [{"id": 1}]}]',
      'a.json',
    );
    expect(documents[1]?.locate('/servers/0/id')).toEqual({ line: 2, column: 16 });
  });

  const canary = 'hunter2hunter2';
  const broken: [string, string, string][] = [
    ['a text without its end', `a: "${canary}\nb: 1\n`, '1:4 (root): a quote that is not closed'],
    ['a bracket without its end', `{a: ${canary}`, '1:'],
    [
      'a comma that is missing',
      `{"a": 1 "${canary}": 2}`,
      '1:7 (root): a comma is missing, or an indented object or list',
    ],
    ['an @', `a: @${canary}`, '1:4 (root): a text that begins with a reserved character'],
    ['a colon in a text', `a: ${canary}: b`, '1:4 (root): an object or a list inside a line'],
    ['a tab', `a:\n\tb: ${canary}`, '2:'],
    ['a wrong indentation', `a:\n    b: 1\n  c: ${canary}`, '3:'],
    ['two documents', `{"a":"${canary}"}\n{"b":2}`, '2:1 '],
    [
      'a key that occurs twice',
      `a: 1\nb: 2\na: ${canary}\n`,
      '3:1 (root): a key that occurs twice',
    ],
    ['a key that occurs twice, deep', '{"a": [{"b": 1,\n"b": 2}]}', '2:1 (root): a key that'],
    ['keys of the same text', '1: x\n"1": y\n', '2:1 (root): a key that occurs twice'],
    ['a key that is a list', '? [a]\n: b\n', '1:3 (root): a key that is not text'],
    ['a merge key', 'a: &a {x: 1}\nb:\n  <<: *a\n', '3:3 (root): a merge key (<<)'],
    ['a tag', `a: !!binary ${canary}`, '1:4 (root): a tag'],
    ['a tag of its own', 'a: !x {}', '1:4 (root): a tag'],
    ['an alias to nothing', 'a: *b', '1:4 (root): an alias without an anchor'],
    ['an alias before its anchor', 'a: *b\nb: &b 1', '1:4 (root): an alias without an anchor'],
    ['an alias within its anchor', 'a: &a [*a]', '1:8 (root): an alias within its own anchor'],
    [
      'a number of many digits',
      'a: 12345678901234567890',
      '1:4 (root): a number that would change',
    ],
    ['an unknown escape', `a: "\\q${canary}"`, '1:5 (root): an escape'],
  ];
  test.each(broken)('say where: %s', async (_what, text, expected) => {
    const { values, issues } = await readText(text);
    expect(issues[0]).toContain(`a.yaml:${expected}`);
    expect(values).toEqual([]);
    expect(issues.join('\n')).not.toContain(canary);
    expect(issues.join('\n')).not.toContain('undefined');
  });

  test('a broken document leaves the others of its file readable', async () => {
    const { values, issues } = await readText('connection: a\n---\nx: @\n---\nconnection: c\n');
    expect(values).toEqual([{ connection: 'a' }, { connection: 'c' }]);
    expect(issues).toHaveLength(1);
  });

  test('a small text with a huge meaning is refused at once', async () => {
    const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]'];
    for (let n = 1; n < 12; n += 1) {
      lines.push(`a${n}: &a${n} [${Array.from({ length: 10 }, () => `*a${n - 1}`).join(', ')}]`);
    }
    // Unfolded it would have a million million strings: the test would not end.
    const { values, issues } = await readText(lines.join('\n'));
    expect(values).toEqual([]);
    expect(issues).toEqual([expect.stringContaining('too large with its aliases expanded')]);
  });

  test('many aliases of something small are fine', async () => {
    const servers = Array.from({ length: 2000 }, (_, n) => `  - { id: s${n}, policy: *p }`);
    const { values, issues } = await readText(
      ['connection: a', 'x: &p { mode: off }', 'servers:', ...servers].join('\n'),
    );
    expect(issues).toEqual([]);
    expect(values).toHaveLength(1);
  });

  test('a text of brackets ends in an issue, not in a crash', async () => {
    const { values, issues } = await readText('['.repeat(20_000));
    expect(values).toEqual([]);
    expect(issues.length).toBeGreaterThan(0);
    expect(issues.length).toBeLessThanOrEqual(20);
  });

  test('files that cannot be read are issues, all at once', async () => {
    const large = await folder.write('large.yaml', Buffer.alloc(10_000_001, 0x20));
    const latin = await folder.write('latin.yaml', Uint8Array.of(0x61, 0xe9));
    const denied = await folder.write('denied.yaml', 'a: 1');
    await chmod(denied, 0);
    const empty = join(folder.path, 'empty');
    await mkdir(empty);
    const missing = join(folder.path, 'missing.yaml');
    const { documents, issues } = await readDeclarations([large, latin, denied, empty, missing]);
    expect(documents.filter(({ file }) => file !== denied)).toEqual([]);
    const problems = new Map(issues.map(({ file, problem }) => [file, problem]));
    expect(problems.get(large)).toBe('is larger than 10 MB');
    expect(problems.get(latin)).toBe('is not UTF-8');
    expect(problems.get(empty)).toBe('is a folder without declarations');
    expect(problems.get(missing)).toBe('does not exist');
    // root reads everything
    if (process.getuid?.() !== 0)
      expect(problems.get(denied)).toBe('cannot be read: permission denied');
  });

  test('a connection is declared once, in whatever file', async () => {
    const one = await folder.write('one.yaml', 'connection: a\n---\nconnection: b\n');
    const two = await folder.write('two.yaml', 'policy: {}\nconnection: a\n');
    const { issues } = await readDeclarations([one, two, one]);
    expect(issues.map(formatPlaced)).toEqual([
      `${two}:2:1 /connection: repeats the connection of ${one}:1; must be declared in one document`,
    ]);
  });
});
