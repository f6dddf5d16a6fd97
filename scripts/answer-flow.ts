import { isFunction, isNode, nameOf, namesIn, typesIn, walk } from './syntax.ts';
import type { Node } from './syntax.ts';

const answerTypes =
  /^(?:Json|Uint8Array|Response|Headers|IncomingMessage|IncomingHttpHeaders|AuthorizationResponseError|URLSearchParams|LiveServer|Page|CursorPage|Reason)$/;
const answerCalls = /^(?:send|parseJson|json|text|arrayBuffer|decode)$/;
/** What is a number or a truth, or is judged by what it is given to. */
const plainMembers = /^(?:status|statusCode|ok|length|byteLength|size)$/;
const plainCalls =
  /^(?:vendorText|Number|Boolean|isArray|isInteger|isSafeInteger|isNaN|test|includes|has|startsWith|endsWith|parseRetryAfter|kindOf)$/;
/**
 * What of a file holds words of an answer: known by its type or by the call that gives it, and followed through variables,
 * members, callbacks and the functions of the file.
 */
export class AnswerFlow {
  /** Functions of the file by name. */
  readonly functions = new Map<string, Node>();
  readonly #tree: Node;
  /** Names that hold an answer, by the function that they belong to. */
  readonly #answers = new Map<Node, Set<string>>();
  readonly #parents = new Map<Node, Node>();

  constructor(tree: Node) {
    this.#tree = tree;
    walk(tree, (node, parent) => {
      if (parent) this.#parents.set(node, parent);
      if (isFunction(node) && isNode(node['id'])) this.functions.set(nameOf(node['id']), node);
      const { id, init } = node as { id?: Node; init?: Node };
      if (node.type === 'VariableDeclarator' && init && id && isFunction(init)) {
        this.functions.set(nameOf(id), init);
      }
    });
    for (let before = -1; before !== this.#count();) {
      before = this.#count();
      walk(tree, (node) => this.#follow(node));
    }
  }

  parentOf(node: Node): Node | undefined {
    return this.#parents.get(node);
  }

  #count(): number {
    return [...this.#answers.values()].reduce((sum, names) => sum + names.size, 0);
  }

  /** Adds the names that a node gives an answer to. */
  #follow(node: Node): void {
    const { type } = node;
    if (isFunction(node)) {
      for (const one of node['params'] as Node[]) if (hasAnswerType(one)) this.#note(one, node);
    }
    const { id, init, left, right } = node as Record<string, Node | undefined>;
    if (type === 'VariableDeclarator' && id && (hasAnswerType(id) || (init && this.isAnswer(init))))
      this.#note(id, node);
    if (type === 'AssignmentExpression' && left && right && this.isAnswer(right))
      this.#note(left, node);
    if (type === 'ForOfStatement' && left && right && this.isAnswer(right))
      this.#note((left['declarations'] as Node[] | undefined)?.[0]?.['id'] as Node, node);
    if (type === 'CallExpression') {
      const { callee } = node as { callee?: Node };
      const of = callee?.type === 'MemberExpression' ? (callee['object'] as Node) : undefined;
      if (!of || !this.isAnswer(of)) return;
      for (const one of (node['arguments'] as Node[]).filter(isFunction)) {
        for (const parameter of one['params'] as Node[]) this.#note(parameter, one);
      }
    }
  }

  #note(pattern: Node, at: Node): void {
    const scope = this.#scope(at);
    const names = this.#answers.get(scope) ?? new Set();
    this.#answers.set(scope, names);
    for (const [name, key] of namesIn(pattern)) if (!plainMembers.test(key)) names.add(name);
  }

  #scope(node: Node): Node {
    let at: Node | undefined = node;
    while (at && !isFunction(at)) at = this.#parents.get(at);
    return at ?? this.#tree;
  }

  #isName(node: Node): boolean {
    for (let at: Node | undefined = node; at; at = this.#parents.get(at)) {
      if (this.#answers.get(at)?.has(nameOf(node))) return true;
    }
    return this.#answers.get(this.#tree)?.has(nameOf(node)) ?? false;
  }

  anyOf(nodes: unknown): boolean {
    return (nodes as Node[]).some((node) => this.isAnswer(node));
  }

  /** Whether what an expression gives has words of an answer. */
  isAnswer(node: Node): boolean {
    const of = (key: string) => isNode(node[key]) && this.isAnswer(node[key]);
    switch (node.type) {
      case 'Identifier':
        return this.#isName(node);
      case 'MemberExpression':
        return !plainMembers.test(nameOf(node['property'])) && of('object');
      case 'CallExpression':
        return this.#isAnswerCall(node);
      case 'NewExpression':
        return nameOf(node['callee']) !== 'Secret' && this.anyOf(node['arguments']);
      case 'ConditionalExpression':
        return of('consequent') || of('alternate');
      case 'LogicalExpression':
        return of('right') || (node['operator'] !== '&&' && of('left'));
      case 'BinaryExpression':
        return node['operator'] === '+' && (of('left') || of('right'));
      case 'TemplateLiteral':
        return this.anyOf(node['expressions']);
      case 'ArrayExpression':
        return this.anyOf((node['elements'] as (Node | null)[]).filter((one) => one !== null));
      case 'ObjectExpression':
        return this.anyOf(node['properties']);
      case 'Property':
        return of('value');
      default:
        return of('argument') || of('expression');
    }
  }

  #isAnswerCall(node: Node): boolean {
    const callee = node['callee'] as Node;
    const name = nameOf(callee);
    if (plainCalls.test(name)) return false;
    if (answerCalls.test(name) || isJsonParse(callee)) return true;
    const own = callee.type === 'Identifier' ? this.functions.get(name) : undefined;
    if (own) return this.#returns(own).some((one) => this.isAnswer(one));
    const isOfAnswer =
      callee.type === 'MemberExpression' && this.isAnswer(callee['object'] as Node);
    return isOfAnswer || this.anyOf(node['arguments']);
  }

  #returns(made: Node): readonly Node[] {
    const body = made['body'] as Node;
    if (body.type !== 'BlockStatement') return [body];
    const found: Node[] = [];
    walk(body, (node) => {
      const isOwn = node.type === 'ReturnStatement' && this.#scope(node) === made;
      if (isOwn && isNode(node['argument'])) found.push(node['argument']);
    });
    return found;
  }
}

export const hasAnswerType = (pattern: Node) =>
  typesIn(pattern).some((name) => answerTypes.test(name));

const isJsonParse = (callee: Node) =>
  nameOf(callee['object']) === 'JSON' && nameOf(callee) === 'parse';
