import base from '../../jest.config.js';

export default {
  ...base,
  testMatch: ['<rootDir>/proof/gateways/**/*.gateways.ts'],
  globalSetup: '<rootDir>/proof/gateways/setup.ts',
};
