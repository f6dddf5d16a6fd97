/** The system's code of an error, such as `ENOENT`. No `instanceof`: an error may come from another realm. */
export function systemCode(error: unknown): string {
  const code: unknown = typeof error === 'object' && error !== null && Reflect.get(error, 'code');
  return typeof code === 'string' ? code : 'it failed';
}
