export default {
  rootDir: '../..',
  testMatch: ['<rootDir>/proof/processes/*.processes.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '\\.ts$': '<rootDir>/scripts/strip-transform.mjs' },
  testEnvironment: 'node',
  testTimeout: 120_000,
};
