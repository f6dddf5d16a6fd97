import { resolve } from 'node:path';

// Processes that tests start find the sources stripped of their types and compiled.
process.env.NODE_COMPILE_CACHE ??= resolve(import.meta.dirname, 'node_modules/.cache/compile');

export default {
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '\\.ts$': '<rootDir>/scripts/strip-transform.mjs' },
  testEnvironment: '<rootDir>/scripts/test-environment.mjs',
  // A hang is caught, and nothing else: on a busy machine a test takes many times as long as alone.
  testTimeout: 180_000,
  // A worker keeps something of each file that it has run: most of it in V8's compilation cache, which package.json's scripts
  // therefore switch off. Above this it is started again: of two gigabytes it takes longer to end than the half second after which
  // Jest kills it, and speaks of a leak.
  workerIdleMemoryLimit: '800MB',
  coverageProvider: 'v8',
  coverageReporters: ['text-summary', 'lcovonly'],
  collectCoverageFrom: [
    'lib/model/**/*.ts',
    'lib/plan/**/*.ts',
    'lib/lifecycle/**/*.ts',
    'lib/desired/rules/**/*.ts',
    'lib/gateways/*/convert.ts',
    'lib/lease/protocol.ts',
    'lib/secrets/{known-secrets,piece-index,secret-text,spelling,unescaped,vendor-text}.ts',
    '!**/*.types.ts',
  ],
  coverageThreshold: {
    global: { lines: 100, branches: 100, functions: 100, statements: 100 },
  },
};
