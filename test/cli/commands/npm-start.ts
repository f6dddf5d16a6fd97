import { delimiter, resolve } from 'node:path';

const bin = resolve('node_modules/.bin');

/** What `npm start` is run with, as a user runs it, but for npm's own banner and the user's own settings of npm. */
export const npmStart = {
  words: (...args: readonly string[]) => ['start', '--silent', ...args],
  environment: {
    ...process.env,
    PATH: `${bin}${delimiter}${process.env['PATH']}`,
    npm_config_userconfig: '/dev/null',
  },
};
