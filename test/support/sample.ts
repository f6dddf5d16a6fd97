/** Set by proof/whole/jest.config.js. */
export const isWhole = process.env['TRUEUP_WHOLE'] === '1';

/**
 * Rows of a long table which differ in little, such as each failure with each thing that ends it: every `nth` of them, from the first.
 * `npm run proof -- tables` runs all.
 */
export function sampled<Row>(rows: readonly Row[], nth: number): readonly Row[] {
  return isWhole ? rows : rows.filter((_, index) => index % nth === 0);
}

/** How many runs, rounds or items: `few` here, `all` in `npm run proof -- tables`. */
export function atScale(few: number, all: number): number {
  return isWhole ? all : few;
}
