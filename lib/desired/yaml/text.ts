import {
  Composer,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Document,
  type Node,
} from 'yaml';
import { parsePointer } from '../../model/json/pointer.ts';
import { BoundedParser, TooDeepError } from './bounded-parser.ts';
import { tooDeep, type Problem, type TextProblem } from './syntax.ts';
import { yamlRules, type TextRules } from './rules.ts';
import { foreignCharacter, syntaxProblems } from './syntax.ts';

/** Both count from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** One connection of a text, not yet checked. */
export interface TextDocument {
  readonly value: unknown;
  /** The position of a JSON Pointer: its key or list member, or the nearest parent that exists. '' is the start. */
  readonly locate: (pointer: string) => Position;
}

/** The content of a text, without documents that have problems. */
export interface ParsedText {
  readonly documents: readonly TextDocument[];
  readonly problems: readonly (Problem & Position)[];
}

/** Maximum length of a text in characters, also with all aliases expanded. */
export const textMaximum = 10_000_000;
/** Maximum number of problems that are reported for one document. */
const problemsAtMost = 20;

/**
 * YAML 1.2 or JSON: documents of one connection each, or of a list of them. Aliases are allowed if the expanded text is
 * not too large; tags and merge keys are not allowed.
 *
 * @param options.json - the file is JSON, where all text must be in quotes
 */
export function parseText(text: string, { json = false } = {}): ParsedText {
  const lineCounter = new LineCounter();
  const at = (offset: number): Position => {
    const { line, col } = lineCounter.linePos(offset);
    // An empty text has no lines.
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const documents: TextDocument[] = [];
  const problems: (Problem & Position)[] = [];
  const tell = (found: readonly TextProblem[]) => {
    const byLine = new Map<number, Problem & Position>();
    for (const { offset, ...problem } of found) {
      const position = at(offset);
      if (!byLine.has(position.line)) byLine.set(position.line, { ...problem, ...position });
    }
    problems.push(...[...byLine.values()].slice(0, problemsAtMost));
  };
  const rules: TextRules = { text, json, maximum: textMaximum };
  const foreign = foreignCharacter(text);
  try {
    for (const document of parse(text, lineCounter)) {
      const found = foreign ? [foreign] : problemsOf(document, rules);
      if (found.length > 0) tell(found);
      else for (const connection of connectionsOf(document, at)) documents.push(connection);
    }
  } catch (error) {
    if (!(error instanceof TooDeepError)) throw error;
    tell([foreign ?? { offset: error.offset, ...tooDeep }]);
  }
  return { documents, problems: foreign ? problems.slice(0, 1) : problems };
}

function parse(text: string, lineCounter: LineCounter): Document.Parsed[] {
  const composer = new Composer({
    // Pretty errors repeat the text.
    prettyErrors: false,
    logLevel: 'silent',
    version: '1.2',
    schema: 'core',
    merge: false,
    stringKeys: true,
    // yamlRules finds them in linear time.
    uniqueKeys: false,
  });
  const parser = new BoundedParser(lineCounter.addNewLine);
  return [...composer.compose(parser.parse(text))];
}

function problemsOf(document: Document.Parsed, rules: TextRules): readonly TextProblem[] {
  const syntax = syntaxProblems(document, rules.text);
  return syntax.length > 0 ? syntax : yamlRules(document, rules);
}

/** The members of a list, or the document itself; none of an empty one. */
function connectionsOf(
  document: Document.Parsed,
  at: (offset: number) => Position,
): TextDocument[] {
  const { contents } = document;
  // The size with expanded aliases was checked above.
  const value: unknown = document.toJS({ maxAliasCount: -1 });
  if (contents === null || value === null) return [];
  const locateIn = (root: unknown) => (pointer: string) =>
    at(offsetOf(document, root as Node, parsePointer(pointer) ?? []));
  if (!isSeq(contents) || !Array.isArray(value)) return [{ value, locate: locateIn(contents) }];
  return value.map((member: unknown, index) => ({
    value: member,
    locate: locateIn(contents.items[index]),
  }));
}

function offsetOf(document: Document.Parsed, root: Node, tokens: readonly string[]): number {
  let node: unknown = root;
  let offset = startOf(root);
  for (const token of tokens) {
    const inner: unknown = isAlias(node) ? node.resolve(document) : node;
    if (isMap(inner)) {
      const pair = inner.items.find(({ key }) => isScalar(key) && key.value === token);
      if (!pair) break;
      offset = startOf(pair.key);
      node = pair.value;
    } else if (isSeq(inner) && /^\d+$/.test(token) && Number(token) < inner.items.length) {
      node = inner.items[Number(token)];
      offset = startOf(node);
    } else break;
  }
  return offset;
}

const startOf = (node: unknown): number => (node as Node | null)?.range?.[0] ?? 0;
