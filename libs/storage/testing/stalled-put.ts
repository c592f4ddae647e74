import { bodyOf, type RewindableBody } from '#storage';
import { storageDriver } from '#storage/drivers';

/**
 * A process that stores half an object, says `ready`, and waits to be killed:
 * `node stalled-put.js <container> <key>`.
 */
const [container, key = ''] = process.argv.slice(2);
const storage = await storageDriver('local').open({ container });
const whole = bodyOf(Buffer.alloc(8 << 20, 'x'));
const body: RewindableBody = {
  ...whole,
  async *open() {
    yield Buffer.alloc(4 << 20, 'x');
    process.stdout.write('ready\n');
    // The open pipe keeps the process alive.
    process.stdin.resume();
    await new Promise(() => undefined);
  },
};
await storage.put(key, body);
