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

/** In words of our own: the parser's may repeat the text. */
const problems: Readonly<Record<ErrorCode, readonly [problem: string, expected: string]>> = {
  ALIAS_PROPS: ['an alias with an anchor or a tag', 'must have neither'],
  BAD_ALIAS: ['an alias without a name', 'must be in quotes, if it is text that begins with *'],
  BAD_COLLECTION_TYPE: ['a tag', simple],
  BAD_DIRECTIVE: ['a directive that YAML does not know', simple],
  BAD_DQ_ESCAPE: ['an escape that YAML does not know', String.raw`must be \\ for a backslash`],
  BAD_INDENT: ['the indentation does not fit', indented],
  BAD_PROP_ORDER: ['an anchor in the wrong place', 'must stand right before its value'],
  BAD_SCALAR_START: ['a text that begins with a reserved character', quoted],
  BLOCK_AS_IMPLICIT_KEY: ['an object within a line', `${quoted}; else its members need own lines`],
  BLOCK_IN_FLOW: [
    'an indented object or list within brackets, or a comma is missing',
    'must be in brackets too, and separated',
  ],
  DUPLICATE_KEY: ['a key that occurs twice', 'must occur once'],
  IMPOSSIBLE: ['cannot be read', 'must be YAML 1.2 or JSON'],
  KEY_OVER_1024_CHARS: ['a key of more than 1,024 characters', 'must be shorter'],
  MISSING_CHAR: [
    'a quote, bracket, comma, colon or space is missing',
    'must be closed, or separated',
  ],
  MULTILINE_IMPLICIT_KEY: ['a key of several lines', "must be one line, with ': ' after it"],
  MULTIPLE_ANCHORS: ['a value with several anchors', 'must have one at most'],
  MULTIPLE_DOCS: ['several documents', "must be separated by '---'"],
  MULTIPLE_TAGS: ['a value with several tags', simple],
  NON_STRING_KEY: ['a key that is no text', 'must be text'],
  RESOURCE_EXHAUSTION: ['is nested too deep', 'must be flatter'],
  TAB_AS_INDENT: ['a tab as indentation', indented],
  TAG_RESOLVE_FAILED: ['a tag', simple],
  UNEXPECTED_TOKEN: ['something that does not belong here', 'must be YAML 1.2 or JSON'],
};

/** A syntax error of the parser. */
export function syntaxProblem(code: ErrorCode, offset: number): TextProblem {
  const [problem, expected] = problems[code];
  return { offset, problem, expected };
}
