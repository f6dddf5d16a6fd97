// Each test file has a context of its own, for which Jest compiles every module again. This caches the compiled code in the worker, so
// that the second file that imports a source does not parse it again: 45 seconds of processor time become 38 for `test/console`,
// `test/pass/read` and `test/functions`. It takes four megabytes per worker.
import vm from 'node:vm';

/** By the name of the module: its source, and V8's data for it. */
const functions = new Map();
const modules = new Map();

/** The data of the same source, if there is any: V8 itself compares only its length. */
function cached(cache, name, source) {
  const found = cache.get(name);
  return found?.source === source ? found.cachedData : undefined;
}

/**
 * Not while coverage is measured: V8 does not count what it did not compile. V8 rejects data that it made under other flags, such as
 * before a test exposed its garbage collector; then the source is compiled as without a cache.
 */
export function cacheCode() {
  const { compileFunction, SourceTextModule } = vm;
  vm.compileFunction = (source, parameters, options) => {
    const cachedData = cached(functions, options.filename, source);
    const compiled = compileFunction(source, parameters, {
      ...options,
      ...(cachedData ? { cachedData } : { produceCachedData: true }),
    });
    if (compiled.cachedDataRejected) functions.delete(options.filename);
    if (!cachedData) {
      functions.set(options.filename, { source, cachedData: compiled.cachedData });
    }
    return compiled;
  };
  vm.SourceTextModule = new Proxy(SourceTextModule, {
    construct: (Module, [source, options]) => {
      const cachedData = cached(modules, options.identifier, source);
      try {
        if (cachedData) return new Module(source, { ...options, cachedData });
      } catch (error) {
        if (error.code !== 'ERR_VM_MODULE_CACHED_DATA_REJECTED') throw error;
      }
      const module = new Module(source, options);
      modules.set(options.identifier, { source, cachedData: module.createCachedData() });
      return module;
    },
  });
}
