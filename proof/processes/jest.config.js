export default {
  rootDir: '../..',
  testMatch: ['<rootDir>/proof/processes/*.processes.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '\\.ts$': '<rootDir>/scripts/strip-transform.mjs' },
  testEnvironment: '<rootDir>/scripts/test-environment.mjs',
  testTimeout: 120_000,
};
