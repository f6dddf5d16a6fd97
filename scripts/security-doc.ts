/** The tests that docs/security.md names. */

/** A row of the table of barriers: the danger, and the tests that show the barrier. */
export interface Barrier {
  readonly danger: string;
  readonly tests: readonly { readonly file: string; readonly name: string }[];
}

const reference = /`(test\/[^`]+\.ts)`: `([^`]+)`/g;

/** Rows of the table under `## Barriers`. */
export function barriersIn(markdown: string): readonly Barrier[] {
  const [, section = ''] = markdown.split(/^## Barriers$/m);
  const [table = ''] = section.split(/^## /m);
  return table
    .split('\n')
    .filter((line) => line.startsWith('|') && !/^\|[\s|-]+\|$|^\| danger /.test(line))
    .map((line) => ({
      danger: line.split('|')[1]?.trim() ?? '',
      tests: [...line.matchAll(reference)].map(([, file = '', name = '']) => ({ file, name })),
    }));
}

/** A line for each barrier without a test, and for each test that is not there. */
export function securityFaults(
  barriers: readonly Barrier[],
  read: (file: string) => string | undefined,
): readonly string[] {
  return barriers.flatMap(({ danger, tests }) => {
    if (tests.length === 0) return [`no test shows the barrier against: ${danger}`];
    return tests.flatMap(({ file, name }) => {
      const text = read(file);
      if (text === undefined) return [`${file} is not there`];
      const isThere = ["'", '"', '`'].some((quote) => {
        const title = `${quote}${name}${quote}`;
        const at = text.indexOf(title);
        return at > 0 && /\(\s*$/.test(text.slice(0, at));
      });
      return isThere ? [] : [`${file} has no test '${name}'`];
    });
  });
}
