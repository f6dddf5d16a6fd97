import { isAlias, isMap, isScalar, isSeq, type Document, type ParsedNode } from 'yaml';
import type { Problem, TextProblem } from './syntax.ts';

type Value = ParsedNode | null;

/** An anchor's value, in the order of the text. Its size is undefined until the value ends. */
interface Anchored {
  size: number | undefined;
}

/** Properties of the text for the rules. */
export interface TextRules {
  readonly text: string;
  /** Whether the file's name ends in `.json`. */
  readonly json: boolean;
  readonly maximum: number;
}

/**
 * What YAML allows and a declaration does not: tags, merge keys, duplicate keys, numbers and words that change when
 * they are read, lone surrogates, and aliases that are undefined, contain themselves, or expand to more than `maximum`
 * characters. In JSON files also text without quotes: with a missing comma, it would include the rest of its line.
 */
export function yamlRules(
  document: Document.Parsed,
  { text, json, maximum }: TextRules,
): TextProblem[] {
  const found: TextProblem[] = [];
  const anchors = new Map<string, Anchored>();
  const say = (node: ParsedNode, problem: Problem | undefined) => {
    if (problem) found.push({ offset: node.range[0], ...problem });
  };

  /** @returns the number of characters of the node with its aliases expanded */
  function visit(node: Value): number {
    if (!node) return 0;
    if (isAlias(node)) return unfold(node);
    const own = node.range[1] - node.range[0];
    const anchored: Anchored = { size: undefined };
    if (node.anchor !== undefined) anchors.set(node.anchor, anchored);
    if (node.tag !== undefined) found.push({ offset: tagBefore(text, node.range[0]), ...tagged });
    let size = own;
    for (const child of childrenOf(node)) {
      const before = child ? child.range[1] - child.range[0] : 0;
      size += visit(child) - before;
    }
    if (isMap(node)) checkKeys(node.items.map(({ key }) => key));
    if (isScalar(node)) say(node, changedIn(node));
    if (isScalar(node) && isHalved(node)) say(node, halved);
    if (json && isScalar(node) && isBare(node)) say(node, bare);
    anchored.size = size;
    return size;
  }

  function unfold(alias: ParsedNode & { source: string }): number {
    const target = anchors.get(alias.source);
    if (!target) say(alias, unresolved);
    else if (target.size === undefined) say(alias, endless);
    return target?.size ?? 0;
  }

  function checkKeys(keys: readonly ParsedNode[]): void {
    const seen = new Set<unknown>();
    for (const key of keys) {
      if (!isScalar(key)) continue;
      if (key.value === '<<' && key.type === 'PLAIN') say(key, merge);
      if (seen.has(key.value)) say(key, twice);
      seen.add(key.value);
    }
  }

  const size = visit(document.contents);
  if (size > maximum) found.push({ offset: 0, ...unfolded });
  return found;
}

function childrenOf(node: ParsedNode): Value[] {
  if (isSeq(node)) return node.items;
  return isMap(node) ? node.items.flatMap(({ key, value }) => [key, value]) : [];
}

/**
 * `00123`, `1.10`, `680841e1`, `0x1F`, `+49`, and numbers with too many digits: an id or version that was meant as text
 * would be changed. `True` is not text either.
 */
function changedIn({ value, source }: { value: unknown; source?: string }): Problem | undefined {
  if (value === null) return /^(?:null|~|)$/.test(source ?? '') ? undefined : changedWord;
  if (typeof value === 'number') return String(value) === source ? undefined : changedNumber;
  return typeof value !== 'boolean' || String(value) === source ? undefined : changedWord;
}

/** Where the tag of a value begins: before the value, possibly on another line. */
function tagBefore(text: string, value: number): number {
  let start = text.lastIndexOf('!', value - 1);
  while (start > 0 && !/[\s,[\]{}]/.test(text.charAt(start - 1))) start -= 1;
  return Math.max(start, 0);
}

/** Text without quotes; `true`, `null` and numbers are not text. */
function isBare({ type, value }: { type?: string; value: unknown }): boolean {
  return type === 'PLAIN' && typeof value === 'string';
}

/** Neither UTF-8 nor the table can store it unchanged. */
const isHalved = ({ value }: { value: unknown }) =>
  typeof value === 'string' && !value.isWellFormed();

const halved = {
  problem: 'half of a character (a lone surrogate)',
  expected: 'must be whole characters',
};
const bare = {
  problem: 'text without quotes',
  expected: 'must be in double quotes; if a comma is missing, it is the rest of the line',
};
const tagged = { problem: 'a tag (!)', expected: 'must be written out without it' };
const merge = {
  problem: 'a merge key (<<)',
  expected: 'must be written out: keys are not merged. An alias may be used for a whole value',
};
const twice = { problem: 'a key that occurs twice', expected: 'must occur once' };
const changedNumber = {
  problem: 'a number that would change when it is read',
  expected: 'must be in quotes if it is text; otherwise in its shortest form, such as 1.1 for 1.10',
};
const changedWord = {
  problem: 'a word that YAML reads as another value',
  expected: 'must be in quotes if it is text; otherwise true, false or null',
};
const unresolved = {
  problem: 'an alias without an anchor before it',
  expected: 'must be in quotes if it is text that begins with *',
};
const endless = { problem: 'an alias within its own anchor', expected: 'must be outside of it' };
const unfolded = {
  problem: 'is too large with its aliases expanded',
  expected: 'must be written with fewer aliases',
};
