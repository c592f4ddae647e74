import type { Client } from 'pg';
import type { QueryRunner } from 'typeorm';

/** Closes the connection of a runner, so that it does not go back to the pool. */
export async function discard(runner: QueryRunner): Promise<void> {
  const client = (await runner.connect()) as Client & { readonly connection: { readonly stream: Socket } };
  if (runner.isReleased) return;
  const gone = new Promise((resolve) => client.once('end', resolve));
  client.connection.stream.destroy();
  await gone;
}

interface Socket {
  destroy(): void;
}
