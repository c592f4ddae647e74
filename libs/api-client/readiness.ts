/** Whether the API at this address answers, and its database and queue with it. */
export async function apiIsReady(apiUrl: string, signal?: AbortSignal): Promise<boolean> {
  try {
    const response = await fetch(`${apiUrl.replace(/\/+$/, '')}/readyz`, {
      redirect: 'error',
      signal: signal ?? null,
    });
    await response.body?.cancel();
    return response.ok;
  } catch {
    // Nobody listens, or not yet: that is an answer too.
    signal?.throwIfAborted();
    return false;
  }
}
