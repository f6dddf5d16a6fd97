/**
 * `npm run check:vendor-texts`: no code of `lib/gateways` and `lib/sign-in` makes a text of an answer but by `vendorText`.
 * Fails with one line for each breach.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parsers } from 'prettier/plugins/typescript';
import { AnswerFlow, hasAnswerType } from './answer-flow.ts';
import { nameOf, walk } from './syntax.ts';
import type { Node } from './syntax.ts';

const root = resolve(import.meta.dirname, '..');
const folders = ['lib/gateways', 'lib/sign-in'];

/** Takes the vendor's reason out of a body as it is; gives it to `vendorText` alone. */
const rawReasons = 'lib/gateways/http/reason.ts';

/** Words of an answer that are of no use but in a text. */
const wordsOfAnswers = /^(?:statusText|statusMessage|rawHeaders|rawTrailers|trailers)$/;

export interface SourceText {
  readonly path: string;
  readonly text: string;
}

/** All breaches in the given files: paths from the repository's root, and their text. */
export async function vendorTextBreaches(sources: readonly SourceText[]): Promise<string[]> {
  const found = await Promise.all(
    sources.map(async ({ path, text }) => {
      const tree = (await parsers.typescript.parse(text, { filepath: path } as never)) as Node;
      const lineOf = (node: Node) => text.slice(0, node.range[0]).split('\n').length;
      return new File(tree, path === rawReasons)
        .breaches()
        .map(([node, what]) => `${path}:${lineOf(node)}: ${what}; use vendorText`);
    }),
  );
  return found.flat();
}

type Breach = readonly [node: Node, what: string];

class File {
  readonly #tree: Node;
  readonly #isRaw: boolean;
  readonly #flow: AnswerFlow;

  constructor(tree: Node, isRaw: boolean) {
    this.#tree = tree;
    this.#isRaw = isRaw;
    this.#flow = new AnswerFlow(tree);
  }

  breaches(): Breach[] {
    const found: Breach[] = [];
    walk(this.#tree, (node) => {
      const what = this.#breach(node);
      if (what !== undefined) found.push([node, what]);
    });
    return found;
  }

  #breach(node: Node): string | undefined {
    const { type } = node;
    if (type === 'MemberExpression' && wordsOfAnswers.test(nameOf(node['property'])))
      return `reads ${nameOf(node['property'])}`;
    if (type === 'NewExpression' && nameOf(node['callee']).endsWith('Error'))
      return this.#flow.anyOf(node['arguments']) ? 'an error has a part of an answer' : undefined;
    if (type === 'ThrowStatement') return this.#thrown(node['argument'] as Node);
    if (type === 'CallExpression' && this.#givesWords(node))
      return `${nameOf(node['callee'])} gets a part of an answer for an error`;
    if (this.#isRaw || this.#isJudged(node)) return undefined;
    if (type === 'TemplateLiteral' && this.#flow.anyOf(node['expressions']))
      return 'a text has a part of an answer';
    if (type === 'BinaryExpression' && node['operator'] === '+' && this.#sums(node))
      return 'a text has a part of an answer';
    const joins = type === 'CallExpression' && /^(?:join|concat)$/.test(nameOf(node['callee']));
    return joins && this.#flow.isAnswer(node) ? 'a text has a part of an answer' : undefined;
  }

  /** What is made for `vendorText` alone. */
  #isJudged(node: Node): boolean {
    const parent = this.#flow.parentOf(node);
    return parent?.type === 'CallExpression' && nameOf(parent['callee']) === 'vendorText';
  }

  #thrown(thrown: Node): string | undefined {
    const isCall = thrown.type === 'CallExpression';
    const isOwn = isCall && this.#flow.functions.has(nameOf(thrown['callee']));
    const gets = isCall && !isOwn && this.#flow.anyOf(thrown['arguments']);
    return gets ? 'an error has a part of an answer' : undefined;
  }

  #sums(node: Node): boolean {
    const sides = [node['left'], node['right']] as Node[];
    const isText = (side: Node) =>
      side.type === 'TemplateLiteral' || typeof side['value'] === 'string';
    return sides.some(isText) && this.#flow.anyOf(sides);
  }

  /** A function that makes errors checks what it gets by type itself; the rest goes into a text. */
  #givesWords(call: Node): boolean {
    const made = this.#flow.functions.get(nameOf(call['callee']));
    if (!made || !makesErrors(made)) return false;
    const parameters = made['params'] as Node[];
    return (call['arguments'] as Node[]).some((argument, at) => {
      const parameter = parameters[at];
      return this.#flow.isAnswer(argument) && !(parameter && hasAnswerType(parameter));
    });
  }
}

function makesErrors(made: Node): boolean {
  let makes = false;
  walk(made['body'] as Node, (node) => {
    makes ||= node.type === 'NewExpression' && nameOf(node['callee']).endsWith('Error');
  });
  return makes;
}

function sourcesIn(folder: string): SourceText[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.types.ts'))
    .map((name) => ({
      path: join(folder, name),
      text: readFileSync(join(root, folder, name), 'utf8'),
    }));
}

if (process.argv[1] === import.meta.filename) {
  const sources = folders.flatMap(sourcesIn);
  const found = await vendorTextBreaches(sources);
  for (const line of found) process.stderr.write(`${line}\n`);
  process.stdout.write(`vendor texts: ${sources.length} files, ${found.length} breaches\n`);
  process.exitCode = found.length === 0 ? 0 : 1;
}
