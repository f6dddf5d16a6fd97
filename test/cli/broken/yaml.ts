import { acme, canary } from './broken-input.ts';
import type { BrokenInput } from './broken-input.ts';

/** Ten times ten times ten ... : a few lines that stand for more than there is memory. */
function bomb(): string {
  const ten = (value: string) => Array.from({ length: 10 }, () => value).join(', ');
  const lines = Array.from({ length: 11 }, (_, n) => `a${n + 1}: &a${n + 1} [${ten(`*a${n}`)}]`);
  return [`«a0: &a0 [${ten('x')}]`, ...lines].join('\n');
}

const tag = '(root): a tag (!); must be written out without it';
const twice = '(root): a key that occurs twice; must occur once';

const quoted = 'must be in quotes if it is text';
const numbers =
  '00123 007 -012 1.10 1.0 1. .5 -.5 -0 +49 +1.5 680841e1 1e3 1E-3 1e-400 1e999 0x1F 0o17 .inf -.Inf .nan 12345678901234567890 9007199254740993 0.1234567890123456789'.split(
    ' ',
  );

/** YAML, but more of it than a declaration may have. */
export const yaml: readonly BrokenInput[] = [
  { what: 'a tag of CloudFormation', text: 'baseUrl: «!Ref BaseUrl\n', errors: [tag] },
  { what: 'binary', text: `auth: { token: «!!binary ${canary} }\n`, errors: [tag] },
  { what: 'a tag of a type', text: 'connection: &c «!!str acme\n', errors: [tag] },
  {
    what: 'a tag on the line before its value',
    text: 'connection: acme\nservers: «!!set\n  ? one\n  ? two\n',
    errors: [tag],
  },
  {
    what: 'a merge key',
    text: 'policy: &p { mode: report }\nbudget:\n  «<<: *p\n',
    errors: ['(root): a merge key (<<); must be written out: keys are not merged'],
  },
  {
    what: 'a key that is a list',
    text: '? «[connection, provider]\n: acme\n',
    errors: ['(root): a key that is not text; must be text'],
  },
  { what: 'a key twice', text: 'connection: acme\n«connection: beta\n', errors: [twice] },
  {
    what: 'a key twice, deep in one line',
    text: `servers: [{ spec: { name: A, «name: ${canary} } }]\n`,
    errors: [twice],
  },
  {
    what: 'a key twice, as a number and as text',
    text: '1: one\n«"1": two\n',
    errors: [twice],
  },
  {
    what: 'several mistakes of the kind, all at once',
    text: 'connection: «!Ref Name\n«connection: b\nauth: { token: «*t }\n',
    errors: [tag, twice, '(root): an alias without an anchor before it; must be in quotes'],
  },
  {
    what: 'an alias that nothing has the name of',
    text: 'policy: «*standard\n',
    errors: ['(root): an alias without an anchor before it; must be in quotes'],
  },
  {
    what: 'an alias before its anchor',
    text: 'policy: «*p\nbudget: &p { concurrency: 4 }\n',
    errors: ['(root): an alias without an anchor before it; must be in quotes'],
  },
  {
    what: 'an alias within its own anchor',
    text: 'servers: &all [«*all]\n',
    errors: ['(root): an alias within its own anchor; must be outside of it'],
  },
  {
    what: 'aliases that unfold to more than there is memory',
    text: bomb(),
    errors: ['(root): is too large with its aliases expanded; must be written with fewer aliases'],
  },
  ...numbers.map((text) => ({
    what: `a number that would change when it is read: ${text}`,
    text: acme({}, `servers: [{ id: one, spec: { meta: { a: [«${text}] } } }]\n`),
    errors: [`(root): a number that would change when it is read; ${quoted}`],
  })),
  {
    what: 'numbers that do not come back as they are written, in JSON',
    file: 'trueup.json',
    text: '{ "servers": [«1.10] }',
    errors: [`(root): a number that would change when it is read; ${quoted}`],
  },
  {
    what: 'a number that would change when it is read, outside of spec',
    text: acme({}, 'budget: { requestsPerMinute: «6e2 }\n'),
    errors: [`(root): a number that would change when it is read; ${quoted}`],
  },
  ...['True', 'FALSE', 'Null'].map((text) => ({
    what: `a word that YAML reads as another value: ${text}`,
    text: acme({}, `servers: [{ id: one, spec: { meta: { a: [«${text}] } } }]\n`),
    errors: [`(root): a word that YAML reads as another value; ${quoted}`],
  })),
  {
    what: 'an alias that brings a mistake to another place',
    text: acme(
      {},
      'policy: &p { ««mode: fix }\nservers:\n  - { id: one, spec: { name: A }, policy: *p }\n',
    ),
    errors: [
      "/policy/mode: is not among the allowed values; must be 'off', 'report' or 'correct'",
      "/servers/0/policy/mode: is not among the allowed values; must be 'off', 'report' or",
    ],
  },
];
