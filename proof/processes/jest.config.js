export default {
  rootDir: '../..',
  testMatch: ['<rootDir>/proof/processes/*.processes.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '\\.ts$': '<rootDir>/scripts/strip-transform.mjs' },
  testEnvironment: '<rootDir>/scripts/test-environment.mjs',
  // A hang is caught, and nothing more: on a busy machine a test takes many times as long as alone.
  testTimeout: 600_000,
};
