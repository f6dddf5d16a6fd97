import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { canary } from '../broken/broken-input.ts';
import type { BrokenInput } from '../broken/broken-input.ts';
import { authentication } from '../broken/credentials.ts';
import { connections } from '../broken/connections.ts';
import { files } from '../broken/files.ts';
import { policies } from '../broken/policies.ts';
import { serverInputs } from '../broken/servers.ts';
import { syntax } from '../broken/syntax.ts';
import { yaml } from '../broken/yaml.ts';
import { trueup } from '../run.ts';

const all: readonly BrokenInput[] = [
  ...syntax,
  ...yaml,
  ...files,
  ...connections,
  ...authentication,
  ...policies,
  ...serverInputs,
];

/** The file without its marks, and the places that they stand at, as `line:column`. */
function unmarked(text: string) {
  const parts = text.split('«');
  const places = parts.slice(0, -1).map((_, index) => {
    const before = parts.slice(0, index + 1).join('');
    const line = before.split('\n');
    return `${line.length}:${(line.at(-1) ?? '').length + 1}`;
  });
  return { content: parts.join(''), places };
}

describe('a broken input', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'trueup-broken-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  test('there are a hundred, each another one', () => {
    expect(all.length).toBeGreaterThanOrEqual(100);
    expect(new Set(all.map(({ text }) => text)).size).toBe(all.length);
    expect(new Set(all.map(({ what }) => what)).size).toBe(all.length);
  });

  test.each(all.map((input) => [input.what, input] as const))(
    '%s',
    async (_what, { text, file = 'trueup.yaml', errors }) => {
      const { content, places } = unmarked(text);
      expect(places).toHaveLength(errors.length);
      await writeFile(join(folder, file), content);
      const { code, stdout, stderr } = await trueup(['validate', file], { cwd: folder });
      const said = stdout.replaceAll(`${folder}/`, '').trimEnd().split('\n');
      const wanted = errors.map((error, index) => `${file}:${places[index]} ${error}`);
      for (const line of said) expect(line).toMatch(/^\S+:\d+:\d+ (?:\(root\)|\/.+): .+; .+$/);
      expect(said.map((line, index) => line.slice(0, wanted[index]?.length))).toEqual(wanted);
      expect(code).toBe(3);
      expect(stdout + stderr).not.toContain(canary);
      // Whatever works on files refuses them with the same words.
      const planned = await trueup(['plan', '--file', file], { cwd: folder });
      expect(planned).toMatchObject({ code: 3, stdout: '' });
      for (const line of stdout.trimEnd().split('\n')) expect(planned.stderr).toContain(line);
      expect(planned.stderr).not.toContain(canary);
    },
  );

  const bytes: readonly (readonly [what: string, content: Uint8Array, error: string])[] = [
    [
      'Latin-1',
      Buffer.from('userId: Jos\u00E9\n', 'latin1'),
      'is not UTF-8; must be text in UTF-8',
    ],
    [
      'UTF-16 with a byte order mark',
      Buffer.from('\uFEFFconnection: acme\n', 'utf16le'),
      'is not UTF-8; must be text in UTF-8',
    ],
    [
      'UTF-16 without one',
      Buffer.from('connection: acme\n', 'utf16le'),
      'a control character; must be text in UTF-8',
    ],
    ['a picture', Buffer.from('\u0089PNG\r\n\u001A\n', 'latin1'), 'is not UTF-8; must be text'],
    [
      'a file of more than 10 MB',
      Buffer.alloc(10_000_001, '#'),
      'is larger than 10 MB; must be split into several files',
    ],
  ];
  test.each(bytes)('is no text: %s', async (_what, content, error) => {
    await writeFile(join(folder, 'trueup.yaml'), content);
    const { code, stdout } = await trueup(['validate', 'trueup.yaml'], { cwd: folder });
    expect(code).toBe(3);
    expect(stdout).toMatch(/^\S+\/trueup\.yaml:1:\d+ \(root\): [^\n]+\n$/);
    expect(stdout).toContain(`(root): ${error}`);
  });

  test.each([
    ['nowhere.yaml', 'does not exist; must be a file or folder'],
    ['.', 'is a folder without declarations; must have .yaml'],
  ])('is no file: %s', async (path, error) => {
    const { code, stdout } = await trueup(['validate', path], { cwd: folder });
    expect(code).toBe(3);
    expect(stdout).toContain(`:1:1 (root): ${error}`);
  });
});
