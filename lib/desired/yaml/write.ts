import { Document, isScalar, visit } from 'yaml';
import { printable } from '../../model/text/shown-value.ts';

/** A document to write, with comments for some of its places. */
export interface YamlDocument {
  readonly value: unknown;
  /** Comment lines before the document. */
  readonly head?: readonly string[];
  /** Comment lines at the end of the value at a path, such as `['servers', 0, 'spec']`. */
  readonly remarks?: readonly {
    readonly path: readonly (string | number)[];
    readonly lines: readonly string[];
  }[];
}

/** YAML that `parseText` reads as the same values, without characters that a terminal or editor hides. */
export function writeYaml(documents: readonly YamlDocument[]): string {
  return documents.map(textOf).join('---\n');
}

function textOf({ value, head = [], remarks = [] }: YamlDocument): string {
  const document = new Document(value, { version: '1.2', aliasDuplicateObjects: false });
  visit(document, {
    Scalar: (_key, node) => {
      if (typeof node.value === 'string' && isOdd(node.value)) node.type = 'QUOTE_DOUBLE';
      // `-0` is written as `0`: JSON values do not distinguish them.
      if (Object.is(node.value, -0)) node.value = 0;
    },
  });
  const comment = (lines: readonly string[]) => lines.map((line) => ` ${line}`).join('\n');
  if (head.length > 0) document.commentBefore = comment(head);
  for (const { path, lines } of remarks) {
    const node: unknown = document.getIn(path, true);
    if (lines.length === 0 || typeof node !== 'object' || node === null) continue;
    if (!isScalar(node)) Reflect.set(node, 'comment', comment(lines));
  }
  // Invisible characters are only in double quotes, where escapes mean the same.
  return printable(document.toString({ lineWidth: 0, defaultKeyType: null }));
}

/** Texts that need double quotes; `<<` would be a merge key. */
function isOdd(text: string): boolean {
  return text === '<<' || /[\n\r\t]/.test(text) || printable(text) !== text;
}
