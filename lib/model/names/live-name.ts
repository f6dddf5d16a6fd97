import type { LiveServer } from '../live.types.ts';

/** The name of a live server, if it has one. */
export function liveName({ name, fields }: LiveServer): string | undefined {
  const called = name ?? fields['name'];
  return typeof called === 'string' ? called : undefined;
}
