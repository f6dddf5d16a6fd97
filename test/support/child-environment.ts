/**
 * The environment of a child process in tests: of this one's only Node's compile cache, so that children do not strip the types of all
 * sources and compile them once more each.
 */
export const childEnvironment: Readonly<Record<string, string>> = {
  PATH: '',
  ...(process.env['NODE_COMPILE_CACHE'] && {
    NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'],
  }),
};
