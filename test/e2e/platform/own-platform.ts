import { sharedPostgres } from '#embedded-postgres/testing';
import { PlatformFixture, type PlatformFixtureOptions } from '#test/support';

/** A platform whose database tests may look into. */
export interface OwnPlatform extends AsyncDisposable {
  readonly platform: PlatformFixture;
  readonly databaseUrl: string;
}

export interface OwnPlatformOptions extends PlatformFixtureOptions {
  /** Without: tests claim runs themselves. */
  readonly scheduler?: false;
}

/** Starts a platform on a database of its own, in the server of this process: quicker than an embedded one. */
export async function startOwnPlatform(options: OwnPlatformOptions = {}): Promise<OwnPlatform> {
  const database = await (await sharedPostgres()).createDatabase();
  const apiEnv = { ...options.apiEnv, DATABASE_URL: database.url };
  const platform = await PlatformFixture.prepare({ ...options, apiEnv });
  const own: OwnPlatform = {
    ...{ platform, databaseUrl: database.url },
    [Symbol.asyncDispose]: async () => {
      await platform[Symbol.asyncDispose]();
      await database.drop();
    },
  };
  try {
    await platform.startApi();
    // Jobs can be made for a client that is known.
    if (options.scheduler !== false) await (await platform.startScheduler()).told('registered');
    return own;
  } catch (error) {
    await own[Symbol.asyncDispose]();
    throw error;
  }
}
