import type { KeyRange, Writable } from '../table.ts';
import { toItem } from './attribute-values.ts';

/** An expression with its values; `#name` is a placeholder for the attribute `name`. */
export interface Condition {
  readonly expression: string;
  /** Placeholders for attributes with other names. */
  readonly names?: Readonly<Record<string, string>>;
  readonly values?: Readonly<Record<string, Writable>>;
}

/** The part of a key condition that follows the partition. */
export function rangeOf(range: KeyRange | undefined): {
  condition: string;
  values: Readonly<Record<string, string>>;
} {
  if (!range) return { condition: '', values: {} };
  if ('prefix' in range) {
    return {
      condition: ' AND begins_with(#item, :prefix)',
      values: { ':prefix': range.prefix },
    };
  }
  return {
    condition: ' AND #item BETWEEN :from AND :to',
    values: { ':from': range.from, ':to': range.to },
  };
}

/** The parameters of a write's condition. */
export function conditionOf(condition: Condition | undefined) {
  if (!condition) return {};
  const { expression, names: others, values } = condition;
  return {
    ConditionExpression: expression,
    ExpressionAttributeNames: names(expression, others),
    ...(values && { ExpressionAttributeValues: toItem(values) }),
  };
}

/** The attribute names for every `#name` in an expression: `name`, unless `others` has another one. */
export function names(
  expression: string,
  others: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const used = expression.match(/#\w+/g) ?? [];
  return Object.fromEntries(used.map((name) => [name, others[name] ?? name.slice(1)]));
}
