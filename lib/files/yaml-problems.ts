import type { ErrorCode } from 'yaml';

/** What is wrong at a place, and what would be right; nothing of the text itself, which may be a secret. */
export interface Problem {
  readonly problem: string;
  readonly expected: string;
}

/** A problem at an offset of the text. */
export interface TextProblem extends Problem {
  readonly offset: number;
}

const indented = 'must be indented by spaces, all members of one object or list alike';
const quoted = 'must be in quotes, if it is text';
const simple = 'must be written out without it';

export const tooDeep: Problem = { problem: 'is nested too deep', expected: 'must be flatter' };

/** In words of our own: the parser's may repeat the text. */
const problems: Readonly<Record<ErrorCode, readonly [problem: string, expected: string]>> = {
  ALIAS_PROPS: ['an alias with an anchor or a tag', 'must have neither'],
  BAD_ALIAS: ['an anchor or alias without a name', 'must be in quotes, if it is text with & or *'],
  BAD_COLLECTION_TYPE: ['a tag (!)', simple],
  BAD_DIRECTIVE: ['a directive (%) that YAML does not know', 'must be left out'],
  BAD_DQ_ESCAPE: ['an escape that YAML does not know', String.raw`must be \\ for a backslash`],
  BAD_INDENT: ['the indentation does not fit', indented],
  BAD_PROP_ORDER: ['an anchor in the wrong place', 'must stand right before its value'],
  BAD_SCALAR_START: ['a text that begins with a reserved character', quoted],
  BLOCK_AS_IMPLICIT_KEY: ['an object within a line', `${quoted}; else its members need own lines`],
  BLOCK_IN_FLOW: [
    'a comma is missing, or an indented object or list stands within brackets',
    'must be separated by commas, and in brackets too',
  ],
  DUPLICATE_KEY: ['a key that occurs twice', 'must occur once'],
  IMPOSSIBLE: ['cannot be read', 'must be YAML 1.2 or JSON'],
  KEY_OVER_1024_CHARS: ['a key of more than 1,024 characters', 'must be shorter'],
  MISSING_CHAR: ['a colon, comma or space is missing', 'must be separated'],
  MULTILINE_IMPLICIT_KEY: [
    'a key of several lines',
    "must be one line, with a colon and a space (': ') after it",
  ],
  MULTIPLE_ANCHORS: ['a value with several anchors', 'must have one at most'],
  MULTIPLE_DOCS: ['several documents', "must be separated by '---'"],
  MULTIPLE_TAGS: ['a value with several tags', simple],
  NON_STRING_KEY: ['a key that is no text', 'must be text'],
  RESOURCE_EXHAUSTION: [tooDeep.problem, tooDeep.expected],
  TAB_AS_INDENT: ['a tab as indentation', indented],
  TAG_RESOLVE_FAILED: ['a tag (!)', simple],
  UNEXPECTED_TOKEN: ['something that does not belong here', 'must be YAML 1.2 or JSON'],
};

type Messages = readonly (readonly [message: RegExp, problem: string, expected: string])[];

/** What is still open at the place of the error; by how the parser's message begins, which is never shown. */
const open: Messages = [
  [
    /^Missing closing 'quote/,
    'a quote that is not closed',
    "must be closed by '; within the text it is ''",
  ],
  [
    /^Missing closing "quote/,
    'a quote that is not closed',
    String.raw`must be closed by "; within the text it is \"`,
  ],
  [
    /^Flow \w+ (?:must end|in block)/,
    'a bracket that is not closed',
    'must be closed by } or ], and its lines be indented deeper than its key',
  ],
];

/** What one code stands for may be many things. */
const close: Messages = [
  [/^Missing , /, 'a comma is missing', 'must be separated by a comma'],
  [/^Unexpected , /, 'a comma too many', 'must be one comma between two members'],
  [/^Missing space after :/, 'a colon without a space', "must be ': ' between key and value"],
  [
    /^Implicit map keys need to be followed/,
    'a line without a colon',
    "must be 'key: value', with a space after the colon",
  ],
  [
    /^Comments must be separated/,
    'a # right after a value',
    'must have a space before it, or stand in quotes with the text',
  ],
  [
    /^Unexpected flow-(?:map|seq)-end/,
    'a closing bracket without its opening one',
    'must be left out, or in quotes, if it is text',
  ],
  [
    /^Unexpected \S+ at node end/,
    'something after the end of a value',
    'must be separated by a comma or a line, or in quotes as a whole, if it is one text',
  ],
  [
    /^Unexpected block-seq-ind on same line/,
    'a list item where a key should stand',
    "must begin with '- ' on a line of its own, under the key that it belongs to",
  ],
  [
    /^A block sequence may not be/,
    'a list item out of line',
    'must have its hyphen right under those of the others',
  ],
  [
    /^Block scalar header/,
    'a text on the line of its | or >',
    'must begin on the next line, indented',
  ],
  [/^Block collection cannot start/, "an object on the line of '---'", 'must begin below it'],
  [
    /^(?:Missing directives-end|Unexpected doc-end)/,
    "a directive or an end without a document's '---'",
    'must be left out',
  ],
];

/** The parser's finding; by shape, as a test's own realm has other classes. */
export interface SyntaxFault {
  readonly code: ErrorCode;
  readonly message: string;
}

/** A syntax error of the parser: of what is `open` there, one that says it `close`ly, or what its `code` stands for. */
export function syntaxProblem({ code, message }: SyntaxFault): Problem & { kind: FaultKind } {
  const kinds = [
    ['open', open],
    ['close', close],
  ] as const;
  for (const [kind, messages] of kinds) {
    const found = messages.find(([begin]) => begin.test(message));
    if (found) return { kind, problem: found[1], expected: found[2] };
  }
  const [problem, expected] = problems[code];
  return { kind: 'code', problem, expected };
}

export type FaultKind = 'open' | 'close' | 'code';
