import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { checkDocument } from '../../lib/desired/rules/document.ts';
import { jsonIssues } from '../../lib/model/json/json-issues.ts';
import { plainText } from '../../lib/model/text/plain-text.ts';
import { writeYaml } from '../../lib/desired/yaml/write.ts';
import { parseText } from '../../lib/desired/yaml/text.ts';
import type { Position } from '../../lib/desired/yaml/text.ts';
import { declarationOptions, documents, mustBeIssue } from './declared.ts';
import { edited, editsOf } from './edits.ts';
import { fuzzer, must } from './fuzzer.ts';
import { canary, strangeJson } from './strange.ts';

/** A change of a text: `take` characters at a place become `text`. */
interface Cut {
  readonly at: number;
  readonly take: number;
  readonly text: string;
}

const pieces = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.constantFrom(
      '',
      ' ',
      '  ',
      '\t',
      '\n',
      '\r',
      '\r\n',
      ':',
      ': ',
      '- ',
      '-',
      '? ',
      '#',
      ' #',
      '---\n',
      '...\n',
      '%YAML 1.1\n',
      '%X\n',
      '{',
      '}',
      '[',
      ']',
      ',',
      '"',
      "'",
      '|',
      '>',
      '|2-\n',
      '>+\n',
      '&a',
      '*a',
      '&a ',
      '*a ',
      '<<: *a\n',
      '!',
      '!!',
      '!!str ',
      '!!js/function ',
      '!<x> ',
      'null',
      '~',
      'yes',
      '0x1f',
      '0o7',
      '1e3',
      '.inf',
      '.nan',
      '12345678901234567890',
      '1_000',
      '2001-01-01',
      canary,
      `"${canary}`,
      '\\',
      '\\x',
      '\\ud800',
      '"\\ud800"',
      '"\\u0000"',
      '"\\x1b[2J"',
      '\u0000',
      '\u001b',
      '\ufeff',
      '\u0085',
      '\u2028',
      '\ud800',
      '__proto__: 1\n',
      'connection: acme\n',
    ),
  },
  { weight: 1, arbitrary: fc.string({ maxLength: 8, unit: 'binary' }) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(
        fc.constantFrom(
          '[',
          '{',
          '- ',
          '? ',
          '&a ',
          '"',
          ' ',
          '\n',
          '*a ',
          '[*a,',
          '{a: ',
          '!a ',
          'a: ',
          '#',
        ),
        fc.constantFrom(...Array.from({ length: 8 }, () => 50), 2_000, 20_000),
      )
      .map(([text, times]) => text.repeat(times)),
  },
);

const cut: fc.Arbitrary<Cut> = fc.record({
  at: fc.nat(10_000),
  take: fc.oneof({ weight: 4, arbitrary: fc.nat(3) }, { weight: 1, arbitrary: fc.nat(400) }),
  text: pieces,
});

const bomb = fc.nat(12).map((levels) => {
  const lines = Array.from(
    { length: levels },
    (_, n) => `a${n + 1}: &a${n + 1} [${Array.from({ length: 9 }, () => `*a${n}`).join(', ')}]`,
  );
  return ['a0: &a0 lol', ...lines].join('\n');
});

const whole = fc.oneof(
  { weight: 6, arbitrary: documents.map((document) => writeYaml([{ value: document }])) },
  {
    weight: 3,
    arbitrary: fc
      .tuple(documents, editsOf(strangeJson, 3))
      .map(([document, edits]) => JSON.stringify(edited(document, edits), undefined, 2) ?? ''),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(documents, documents)
      .map((both) => writeYaml(both.map((document) => ({ value: document })))),
  },
  { weight: 1, arbitrary: bomb },
  { weight: 1, arbitrary: fc.array(pieces, { maxLength: 30 }).map((all) => all.join('')) },
);

const cutText = (text: string, { at, take, text: added }: Cut) => {
  const from = at % (text.length + 1);
  return text.slice(0, from) + added + text.slice(from + take);
};

/**
 * Texts that are nearly declarations. What cannot be read is said with its line; what is read is JSON, just as a JSON
 * parser reads it where it is JSON; and every issue of it has a place in the text.
 */
export const yamlFuzzer = (parse = parseText) =>
  fuzzer({
    name: 'yaml',
    what: 'texts in YAML and JSON: parser, rules, places of issues',
    inputs: fc.record({
      text: fc
        .tuple(whole, fc.array(cut, { maxLength: 5 }))
        .map(([text, cuts]) => cuts.reduce(cutText, text)),
      json: fc.boolean(),
    }),
    open: async () => {
      const options = declarationOptions();
      return {
        check: ({ text, json }) => {
          const { documents: read, problems } = parse(text, { json });
          const lines = text.split(/\r\n|\r|\n/).length;
          const inText = ({ line, column }: Position) =>
            must(
              line >= 1 && line <= lines + 1 && column >= 1 && column <= text.length + 1,
              `no place: ${line}:${column}`,
            );
          for (const problem of problems) {
            inText(problem);
            const said = `${problem.problem}; ${problem.expected}`;
            must(said === plainText(said, said.length), 'a problem is no plain line');
            must(!said.includes(canary), 'a problem repeats the text');
          }
          const expected = asJson(text);
          if (expected !== undefined && problems.length === 0) {
            const values = read.map(({ value }) => value);
            const wanted = Array.isArray(expected.value)
              ? expected.value
              : expected.value === null
                ? []
                : [expected.value];
            must(isDeepStrictEqual(values, wanted), 'JSON is read as something else');
          }
          for (const { value, locate } of read) {
            const issues = checkDocument(value, options);
            for (const issue of issues) {
              // Anything may have become a key.
              mustBeIssue(issue, { keys: true });
              inText(locate(issue.path));
            }
            if (issues.length === 0) must(jsonIssues(value, 40).length === 0, 'valid, and no JSON');
          }
        },
      };
    },
  });

function asJson(text: string): { value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return undefined;
  }
}
