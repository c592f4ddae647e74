import { invariant } from '#kernel';
import type { Framed, Framer, FramerOptions, FramerPart } from './framer.js';
import { FramingThread } from './framing-thread.js';
import { OrderFlow } from './order-flow.js';
import { ordersOf } from './orders-of.js';
import { LEAST_FRAME_BYTES } from './piece-sizes.js';

/**
 * A framer with its thread, which runs until `frame` or `close` has ended. Memory held there: the table, a frame, some
 * short pieces, and three parts with what became of them.
 */
export function openFramer(options: FramerOptions): Framer {
  const { level, frameBytes, tableBytes, known, signal } = options;
  invariant(frameBytes >= LEAST_FRAME_BYTES, `a frame has at least ${LEAST_FRAME_BYTES} bytes`);
  const thread = new FramingThread({ level, frameBytes, tableBytes });
  let asked = false;

  async function* frame(parts: AsyncIterable<FramerPart>): AsyncGenerator<Framed, void, undefined> {
    invariant(!asked, 'a framer frames one stream');
    asked = true;
    const flow = new OrderFlow(thread);
    const cancel = () => flow.fail(signal.reason);
    signal.addEventListener('abort', cancel, { once: true });
    if (signal.aborted) cancel();
    const feeding = flow.feed(ordersOf(known, parts));
    try {
      for (let framed = await flow.next(); framed; framed = await flow.next()) yield* framed;
    } finally {
      signal.removeEventListener('abort', cancel);
      flow.stop();
      await thread.close();
      // Whoever left early finds the source given back; after a failure it may hang, and is left to its own end.
      if (!flow.failed) await feeding;
    }
  }

  return { frame, close: () => thread.close() };
}
