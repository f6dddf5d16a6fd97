/**
 * Makes a command line one that can be copied.
 *
 * @param line - such as `trueup approve acme-prod 5f2a91c07be4`
 * @returns it with whatever else it takes, such as ` --stack trueup-prod`
 */
export type NextCommand = (line: string) => string;
