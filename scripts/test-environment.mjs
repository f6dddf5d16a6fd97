// Jest's own environment for Node, but for its global object, which is an ordinary one. Jest's passes each use of a global, such as
// `Math` or `undefined`, through an interceptor: fifty times as long.
import vm from 'node:vm';
import { TestEnvironment as NodeEnvironment } from 'jest-environment-node';
import { cacheCode } from './code-cache.mjs';

let isCaching = false;

export default class TestEnvironment extends NodeEnvironment {
  constructor(...parameters) {
    const [{ globalConfig }] = parameters;
    if (!isCaching && !globalConfig.collectCoverage) {
      cacheCode();
      isCaching = true;
    }
    const { createContext } = vm;
    vm.createContext = () => createContext(vm.constants.DONT_CONTEXTIFY);
    try {
      super(...parameters);
    } finally {
      vm.createContext = createContext;
    }
  }
}
