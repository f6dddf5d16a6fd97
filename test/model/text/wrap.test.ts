import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { columns, commandLines, wrap } from '../../../lib/model/text/wrap.ts';

const words = fc.array(fc.stringMatching(/^[a-z`]{1,30}$/), { minLength: 1 });

describe('wrapping', () => {
  test('keeps each word, in lines of 80 columns', () => {
    fc.assert(
      fc.property(words, fc.constantFrom('', '  ', '      '), (all, indent) => {
        const lines = wrap(all.join(' '), indent);
        expect(lines.map((line) => line.slice(indent.length)).join(' ')).toBe(all.join(' '));
        for (const line of lines) {
          expect(line.startsWith(indent)).toBe(true);
          expect(line.length).toBeLessThanOrEqual(columns);
        }
      }),
    );
  });

  test('of nothing is a line', () => {
    expect(wrap('  ', '  ')).toEqual(['  ']);
  });

  test('leaves a command line of ours whole, also beyond the end of the line', () => {
    const command = `\`trueup plan ${'--file a.yaml '.repeat(6)}\``;
    const long = 'x'.repeat(72);
    expect(wrap(`next: look at (${command}), ${long} \`the rest\``, '  ', '')).toEqual([
      'next: look at',
      `  (${command}),`,
      `  ${long} \`the`,
      '  rest`',
    ]);
    const inClone = '`npm run -s trueup -- plan --local`';
    expect(wrap(`in a clone: ${inClone}`, '', '', 40)).toEqual(['in a clone:', inClone]);
  });

  test('leaves a number and its unit together', () => {
    const [first, second] = wrap(`${'x'.repeat(76)} 0.5 s, 30 % so`, '');
    expect([first, second]).toEqual(['x'.repeat(76), '0.5 s, 30 % so']);
    expect(wrap(`${'x'.repeat(77)} 5 seconds`, '')[0]).toBe(`${'x'.repeat(77)} 5`);
  });

  test('of one that is not closed breaks it as all else', () => {
    expect(wrap(`\`trueup ${'word '.repeat(20)}`, '')).toHaveLength(2);
  });
});

describe('a command to copy', () => {
  const command = `trueup approve acme 29de45ad7461 --stack 'my own stack' -f it\\ is.yaml`;

  test('is one line where it fits, and in a terminal of 80 columns or more', () => {
    expect(commandLines('trueup plan', '      ', '    ', 40)).toEqual(['    trueup plan']);
    expect(commandLines(`${command} ${command}`, '')).toEqual([`${command} ${command}`]);
  });

  test('continues after a backslash in a narrower one, without breaking a quoted word', () => {
    const lines = commandLines(command, '      ', '    ', 40);
    expect(lines).toEqual([
      '    trueup approve acme 29de45ad7461 \\',
      `      --stack 'my own stack' -f \\`,
      '      it\\ is.yaml',
    ]);
    expect(lines.filter(({ length }) => length > 40)).toEqual([]);
  });

  test('that is empty has no line', () => {
    expect(commandLines('', '', '    ', 2)).toEqual([]);
  });
});
