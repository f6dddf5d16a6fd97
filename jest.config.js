export default {
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '\\.ts$': '<rootDir>/scripts/strip-transform.mjs' },
  testEnvironment: 'node',
  // Real servers and processes on a busy machine: a hang is caught, a slow start is not a failure.
  testTimeout: 30_000,
  coverageProvider: 'v8',
  coverageReporters: ['text-summary', 'lcovonly'],
  collectCoverageFrom: ['lib/core/**/*.ts', 'lib/providers/*/convert.ts', '!**/*.types.ts'],
  coverageThreshold: {
    global: { lines: 100, branches: 100, functions: 100, statements: 100 },
  },
};
