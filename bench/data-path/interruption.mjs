/** Called off by Ctrl-C and by SIGTERM, so that what runs is ended and what was changed is taken back. */
export function interruption() {
  const controller = new globalThis.AbortController();
  for (const name of ['SIGINT', 'SIGTERM']) {
    process.once(name, () => controller.abort(new Error(`called off by ${name}`)));
  }
  return controller.signal;
}
