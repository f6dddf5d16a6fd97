export default {
  rootDir: '../..',
  testMatch: ['<rootDir>/proof/gateways/**/*.gateways.ts'],
  globalSetup: '<rootDir>/proof/gateways/setup.ts',
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '\\.ts$': '<rootDir>/scripts/strip-transform.mjs' },
  testEnvironment: '<rootDir>/scripts/test-environment.mjs',
  // A hang is caught, and nothing else: installing and starting a gateway takes a minute on a busy machine.
  testTimeout: 300_000,
};
