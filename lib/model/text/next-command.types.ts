/**
 * Adds the user's target options to a command, so that it can be copied and run.
 *
 * @param line - such as `trueup approve acme-prod 5f2a91c07be4`
 * @returns the line with the options that it needs, such as ` --stack trueup-prod`
 */
export type NextCommand = (line: string) => string;
