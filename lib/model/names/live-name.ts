import type { LiveServer } from '../live.types.ts';

/** What people call a live server, if it has a name. */
export function liveName({ name, fields }: LiveServer): string | undefined {
  const called = name ?? fields['name'];
  return typeof called === 'string' ? called : undefined;
}
