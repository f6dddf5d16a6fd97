import { visit, type Document, type ErrorCode, type Node } from 'yaml';

/** What is wrong in a place, and what is expected. Never has the text itself, which may be a secret. */
export interface Problem {
  readonly problem: string;
  readonly expected: string;
}

/** A problem at an offset of the text. */
export interface TextProblem extends Problem {
  readonly offset: number;
}

const indented = 'must be indented with spaces, equally for all members of one object or list';
const quoted = 'must be in quotes if it is text';
const simple = 'must be written out without it';

export const tooDeep: Problem = {
  problem: 'is nested too deep',
  expected: 'must have fewer levels',
};

/** Trueup's own messages, because the parser's may repeat the text. */
const problems: Readonly<Record<ErrorCode, readonly [problem: string, expected: string]>> = {
  ALIAS_PROPS: ['an alias with an anchor or a tag', 'must have neither'],
  BAD_ALIAS: ['an anchor or alias without a name', 'must be in quotes if it is text with & or *'],
  BAD_COLLECTION_TYPE: ['a tag (!)', simple],
  BAD_DIRECTIVE: ['a directive (%) that YAML does not know', 'must be left out'],
  BAD_DQ_ESCAPE: ['an escape that YAML does not know', String.raw`must be \\ for a backslash`],
  BAD_INDENT: ['wrong indentation', indented],
  BAD_PROP_ORDER: ['an anchor in the wrong place', 'must be right before its value'],
  BAD_SCALAR_START: ['a text that begins with a reserved character', quoted],
  BLOCK_AS_IMPLICIT_KEY: [
    'an object or a list inside a line',
    `${quoted}; if not, each member must be on a line of its own, all indented alike`,
  ],
  BLOCK_IN_FLOW: [
    'a comma is missing, or an indented object or list is within brackets',
    'must be separated by commas, and in brackets too',
  ],
  DUPLICATE_KEY: ['a key that occurs twice', 'must occur once'],
  IMPOSSIBLE: ['cannot be read', 'must be YAML 1.2 or JSON'],
  KEY_OVER_1024_CHARS: ['a key of more than 1,024 characters', 'must be shorter'],
  MISSING_CHAR: [
    'a colon, comma, space or line break is missing',
    "must be 'key: value', with commas between members in brackets and a space before a #",
  ],
  MULTILINE_IMPLICIT_KEY: [
    "a line that is not 'key: value'",
    'must have a colon and a space after the key; list items must be under their own key',
  ],
  MULTIPLE_ANCHORS: ['a value with several anchors', 'must have one at most'],
  MULTIPLE_DOCS: ['several documents', "must be separated by '---'"],
  MULTIPLE_TAGS: ['a value with several tags', simple],
  NON_STRING_KEY: ['a key that is not text', 'must be text'],
  RESOURCE_EXHAUSTION: [tooDeep.problem, tooDeep.expected],
  TAB_AS_INDENT: ['a tab as indentation', indented],
  TAG_RESOLVE_FAILED: ['a tag (!)', simple],
  UNEXPECTED_TOKEN: [
    'unexpected text',
    'must be removed, begin a new line, follow a comma, or be in quotes if it is text',
  ],
};

/** What the parser found in a document. */
export function syntaxProblems(document: Document.Parsed, text: string): readonly TextProblem[] {
  // Most warnings are about style; an unknown directive is an error.
  const unknown = document.warnings.filter(({ code }) => code === 'BAD_DIRECTIVE');
  const found = [...document.errors, ...unknown];
  const mayBeOpen = (code: ErrorCode) => code === 'MISSING_CHAR' || code === 'BAD_INDENT';
  const unclosed = found.some(({ code }) => mayBeOpen(code))
    ? unclosedIn(document, text)
    : undefined;
  return found.map(({ code, pos: [offset] }) => {
    const [problem, expected] = problems[code];
    return (mayBeOpen(code) ? unclosed?.get(offset) : undefined) ?? { offset, problem, expected };
  });
}

/** By the offset where the parser misses a closing quote or bracket: the innermost one that is still open there. */
function unclosedIn(document: Document.Parsed, text: string): ReadonlyMap<number, TextProblem> {
  const found = new Map<number, TextProblem>();
  const look = ({ range }: Pick<Node, 'range'>, closing: string, problem: Problem) => {
    if (!range) return;
    const [offset, end] = range;
    const isClosed = offset < end - 1 && text[end - 1] === closing;
    // Later ones are inside earlier ones.
    if (!isClosed) found.set(end, { offset, ...problem });
  };
  visit(document, {
    Scalar: (_key, node) => {
      if (node.type === 'QUOTE_DOUBLE') look(node, '"', quote);
      if (node.type === 'QUOTE_SINGLE') look(node, "'", quote);
    },
    Map: (_key, node) => void (node.flow && look(node, '}', bracket)),
    Seq: (_key, node) => void (node.flow && look(node, ']', bracket)),
  });
  return found;
}

const quote: Problem = {
  problem: 'a quote that is not closed',
  expected: String.raw`must be closed by the same quote; inside the text, write '' or \"`,
};
const bracket: Problem = {
  problem: 'a bracket that is not closed',
  expected: 'must be closed by } or ], and its lines must be indented deeper than its key',
};

/**
 * Characters that a text file cannot have, except as escapes in quotes: the file has another encoding or is not text. A
 * carriage return alone is white space in JSON, a line end in YAML 1.2, and text for this parser.
 */
// oxlint-disable-next-line no-control-regex
const controls = /[\0-\u0008\u000B\u000C\u000E-\u001F\u007F\uFEFF]|\r(?!\n)/u;

/** The first character that a text file cannot have; undefined if there is none. */
export function foreignCharacter(text: string): TextProblem | undefined {
  const offset = text.search(controls);
  return offset < 0 ? undefined : { offset, ...foreign };
}

const foreign: Problem = {
  problem: 'a control character',
  expected: 'must be text in UTF-8; in double quotes it may be written as an escape',
};
