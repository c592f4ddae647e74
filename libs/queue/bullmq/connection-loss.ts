// Classes of SQLSTATE in which the server is there no more, not yet, or too full: connection exception, insufficient
// resources, operator intervention, system error.
const SERVER_AWAY = /^(08|53|57|58)[0-9A-Z]{3}$/;
const SYSTEM_CALL = /^E[A-Z_]{3,}$/;
const WORDS = /connection|connect |timeout|socket/i;

/** Whether an error says that the server cannot be reached, rather than that it did not like what it was asked. */
export function isConnectionLoss(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (SERVER_AWAY.test(code) || SYSTEM_CALL.test(code)) return true;
  return code === '' && WORDS.test(error.message);
}

/** What an error says; that of several addresses tried in vain has a code only. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.message !== '') return error.message;
  return 'code' in error ? String(error.code) : error.name;
}
