/**
 * Owns the one second chance that CI gives a test: many tests have deadlines of a second or less on a real server, and a
 * busy machine can miss one. What failed at first is printed all the same. Elsewhere a failure is a failure at once.
 */
if (process.env['CI'] === 'true') jest.retryTimes(1, { logErrorsBeforeRetry: true });
