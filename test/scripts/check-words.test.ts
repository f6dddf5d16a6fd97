import { describe, expect, test } from '@jest/globals';
import { shrunk, wordBreaches } from '../../scripts/check-words.ts';

const page = (text: string) => ({ path: 'docs/page.md', text });
const source = (text: string, path = 'lib/room/noun.ts') => ({ path, text });

describe('check:words', () => {
  test.each([
    ['a page', page('Good.\nIt stands here.'), 'docs/page.md:2: "stands"'],
    ['a comment', source('// asks anew\nf();'), 'lib/room/noun.ts:1: "anew"'],
    ['a block comment', source('/**\n * for whoever\n */'), 'lib/room/noun.ts:2: "whoever"'],
    ['a string', source("\nfail('nobody is there');"), 'lib/room/noun.ts:2: "somebody"'],
    ['a template', source('fail(`all of ${one}, of\n which`)'), 'lib/room/noun.ts:1: "of which"'],
    ['a phrase over two lines', source('// all\n// else'), 'lib/room/noun.ts:1: "else"'],
    ['a number', page('holds at 30 %'), 'docs/page.md:1: "30 %"'],
    ['a file name', source('', 'lib/room/kept-forms.ts'), 'kept-forms.ts:1: "kept forms"'],
  ])('a new word in %s is named with its line and what to write', (_place, file, expected) => {
    const [line, ...rest] = wordBreaches([file], {});
    expect(rest).toEqual([]);
    expect(line).toContain(expected);
    expect(line).toMatch(/; write: \S/);
  });

  test.each([
    ['an identifier', 'const anew = stands.mend(`${tells}`);'],
    ['an import', "import { a } from '../room/held-items.ts';"],
    ['a regular expression', "a.replace(/'anew|[/']/, b)"],
    [
      'another word',
      "// amend, outstanding, stand-in, stands for, 30% more\nf('tell them apart, where there is none');",
    ],
  ])('%s is not a breach', (_place, text) => {
    expect(wordBreaches([source(text)], {})).toEqual([]);
  });

  test('a listed word is accepted as often as it is listed', () => {
    const listed = { 'docs/page.md': { anew: 2 } };
    expect(wordBreaches([page('anew anew')], listed)).toEqual([]);
    expect(wordBreaches([page('anew anew anew')], listed)[0]).toContain('(2 listed, 3 found)');
  });

  test('a listed word that is gone must be taken off the list', () => {
    const listed = { 'docs/page.md': { anew: 2 }, 'docs/gone.md': { mend: 1 } };
    expect(wordBreaches([page('anew')], listed)).toEqual([
      'docs/page.md: "anew" is listed 2 times, found 1; run with --write',
      'docs/gone.md: "mend" is listed 1 times, found 0; run with --write',
    ]);
  });

  test('--write follows a file that moved, drops what is gone, and refuses to grow', () => {
    const listed = { 'docs/old.md': { anew: 1, mend: 1 } };
    expect(shrunk([page('anew')], listed)).toEqual({ 'docs/page.md': { anew: 1 } });
    expect(() => shrunk([page('anew anew')], listed)).toThrow('"anew" 1 listed, 2 found');
  });
});
