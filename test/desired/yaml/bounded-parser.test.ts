import { describe, expect, test } from '@jest/globals';
import { parseText } from '../../../lib/desired/yaml/text.ts';

const tooDeep = { problem: 'is nested too deep', expected: 'must have fewer levels' };

/*
 * Each of these sizes would take minutes, or exhaust the stack, in a reading whose time grows with the square of the
 * text.
 */
describe('a text that is nested too deep', () => {
  test.each([
    '{a: ',
    '{"a": ',
    '[',
    '[*a,',
    '[{a: ',
    '- ',
    '? ',
    ': ',
    'a: ',
    '&a ',
    '& ',
    '!a ',
    '!<x> ',
    '!!str ',
  ])('of %j is refused where it gets too deep', (piece) => {
    for (const start of ['', 'connection: acme\nspec: ', '{ "spec": [']) {
      const { documents, problems } = parseText(start + piece.repeat(200_000));

      expect(documents).toEqual([]);
      expect(problems).toEqual([
        { ...tooDeep, line: expect.any(Number), column: expect.any(Number) },
      ]);
      expect(problems[0]?.column).toBeLessThan(1_000);
    }
  });

  test('by its indentation is refused where it gets too deep', () => {
    const lines = Array.from({ length: 2_000 }, (_, level) => `${' '.repeat(level)}a:`);

    expect(parseText(lines.join('\n')).problems).toEqual([
      { ...tooDeep, line: expect.any(Number), column: expect.any(Number) },
    ]);
  });

  test('within quotes is text', () => {
    const text = '{a: '.repeat(200_000);

    expect(parseText(JSON.stringify({ text })).documents[0]?.value).toEqual({ text });
  });

  test('hides what is before it, with another control character first', () => {
    expect(parseText(`a: \u0000\n---\n${'['.repeat(2_000)}`)).toEqual({
      documents: [],
      problems: [expect.objectContaining({ problem: 'a control character', line: 1, column: 4 })],
    });
  });
});

test('a text with an error at each of its values is read in one go', () => {
  const { problems } = parseText(`a: [${'"b" '.repeat(20_000)}`);

  expect(problems).toEqual([
    expect.objectContaining({ problem: expect.any(String), line: 1, column: expect.any(Number) }),
  ]);
});

test('a list of many connections is read', () => {
  expect(parseText('[1]\n---\n- 1\n- 2\n').documents).toHaveLength(3);
  expect(parseText(`[${'1,'.repeat(130_000)}]`).documents).toHaveLength(130_000);
});
