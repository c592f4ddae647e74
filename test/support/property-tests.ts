import fc from 'fast-check';

// Loaded by mocha before any test. Making the example of a broken law smaller means testing it some hundred times: where
// that writes backups it outlasts the time of the test, which then tells of the time and nothing of the law.
fc.configureGlobal({ ...fc.readConfigureGlobal(), endOnFailure: process.env['FIRN_TEST_SHRINK'] !== '1' });
