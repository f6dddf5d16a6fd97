/** A node of the syntax tree of a TypeScript file, as ESTree has it. */
export interface Node {
  readonly type: string;
  readonly range: readonly [number, number];
  readonly [key: string]: unknown;
}

export function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value && 'range' in value;
}

/** Calls `visit` for a node and all that is in it, outer ones first. */
export function walk(
  node: Node,
  visit: (node: Node, parent: Node | undefined) => void,
  parent?: Node,
): void {
  visit(node, parent);
  for (const value of Object.values(node)) {
    for (const inner of Array.isArray(value) ? value : [value]) {
      if (isNode(inner)) walk(inner, visit, node);
    }
  }
}

export function isFunction(node: Node): boolean {
  return /^(?:FunctionDeclaration|FunctionExpression|ArrowFunctionExpression)$/.test(node.type);
}

/** Of an identifier; of a member, the last part. */
export function nameOf(node: unknown): string {
  if (!isNode(node)) return '';
  if (node.type === 'MemberExpression') return nameOf(node['property']);
  return typeof node['name'] === 'string' ? node['name'] : '';
}

/** The names that a pattern declares, each with the member that it takes. */
export function* namesIn(pattern: Node, key = ''): Generator<readonly [name: string, key: string]> {
  if (pattern.type === 'Identifier') yield [nameOf(pattern), key];
  const { properties = [], elements = [] } = pattern as { properties?: Node[]; elements?: Node[] };
  for (const one of properties) {
    if (one.type === 'Property') yield* namesIn(one['value'] as Node, nameOf(one['key']));
  }
  const inner = [...elements, pattern['left'], ...(properties as unknown[]), pattern];
  for (const one of inner.filter(isNode)) {
    const rest = one.type === 'RestElement' ? one['argument'] : one;
    if (isNode(rest) && rest !== pattern && rest.type !== 'Property') yield* namesIn(rest, key);
  }
}

/** The names of the types that an annotation has at any place. */
export function typesIn(annotated: Node): readonly string[] {
  const found: string[] = [];
  const annotation = annotated['typeAnnotation'];
  if (!isNode(annotation)) return found;
  walk(annotation, (node) => {
    if (node.type === 'TSTypeReference') found.push(nameOf(node['typeName']));
  });
  return found;
}
