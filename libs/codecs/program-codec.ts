import { runToEnd, type CommandResult, type CommandRunner } from '#host';
import { Failure, isFailure } from '#kernel';
import type { Codec, CodecName } from './codec.js';
import { Lanes } from './lanes.js';

/** A compression that is a program from its input to its output. */
export interface ProgramMethod {
  readonly name: CodecName;
  readonly program: string;
  /** Name of the Debian package that has the program. */
  readonly debianPackage: string;
  packingArgs(plainLength: number): readonly string[];
  readonly unpackingArgs: readonly string[];
  /** Why the program should have refused what it unpacked without a failure, or `undefined`. */
  doubt(packed: Uint8Array, stderr: string): string | undefined;
}

/** Looks for the program by running it once. Rejects with `codec.program-missing`. */
export async function openProgramCodec(
  method: ProgramMethod,
  lanes: number,
  commands: CommandRunner,
): Promise<Codec> {
  const codec = new ProgramCodec(method, lanes, commands);
  await codec.probe();
  return codec;
}

/** A process for each buffer, at most one for each lane at a time. Memory held: the results; the processes hold their own. */
class ProgramCodec implements Codec {
  readonly name: CodecName;
  readonly #method: ProgramMethod;
  readonly #commands: CommandRunner;
  readonly #lanes: Lanes;

  constructor(method: ProgramMethod, lanes: number, commands: CommandRunner) {
    this.name = method.name;
    this.#method = method;
    this.#commands = commands;
    this.#lanes = new Lanes(lanes);
  }

  async probe(): Promise<void> {
    await this.#run(['--version'], new Uint8Array(), 1 << 20);
  }

  async compress(plain: Uint8Array, signal?: AbortSignal): Promise<Buffer | undefined> {
    if (plain.length === 0) return undefined;
    return this.#lanes.run(() => this.#pack(plain, signal), signal);
  }

  async decompress(packed: Uint8Array, plainLength: number, signal?: AbortSignal): Promise<Buffer> {
    return this.#lanes.run(() => this.#unpack(packed, plainLength, signal), signal);
  }

  close(): Promise<void> {
    return this.#lanes.close();
  }

  async #pack(plain: Uint8Array, signal: AbortSignal | undefined): Promise<Buffer | undefined> {
    const result = await this.#run(this.#method.packingArgs(plain.length), plain, plain.length - 1, signal);
    if (result === TOO_MUCH) return undefined;
    if (result.exit.code === 0) return result.stdout;
    throw new Failure('command.failed', `"${this.#method.program}" failed: ${reasonIn(result)}`, {
      codec: this.name,
    });
  }

  async #unpack(packed: Uint8Array, plainLength: number, signal: AbortSignal | undefined): Promise<Buffer> {
    const result = await this.#run(this.#method.unpackingArgs, packed, plainLength, signal);
    if (result === TOO_MUCH) throw this.#refusal(packed, plainLength, 'it holds more');
    if (result.exit.code !== 0) throw this.#refusal(packed, plainLength, reasonIn(result));
    const doubt = this.#method.doubt(packed, result.stderr);
    if (doubt !== undefined) throw this.#refusal(packed, plainLength, doubt);
    if (result.stdout.length === plainLength) return result.stdout;
    throw this.#refusal(packed, plainLength, `it holds ${result.stdout.length} bytes`);
  }

  #refusal(packed: Uint8Array, plainLength: number, reason: string): Failure {
    const message = `${packed.length} bytes are not ${plainLength} bytes packed with ${this.name}: ${reason}`;
    return new Failure('codec.failed', message, { codec: this.name, plainLength });
  }

  async #run(
    args: readonly string[],
    input: Uint8Array,
    maxOutputBytes: number,
    signal?: AbortSignal,
  ): Promise<CommandResult | typeof TOO_MUCH> {
    const { program, debianPackage } = this.#method;
    try {
      return await runToEnd(
        this.#commands,
        { program, args },
        { input, maxOutputBytes, ...(signal && { signal }) },
      );
    } catch (error) {
      if (isFailure(error, 'command.failed') && 'maxOutputBytes' in error.context) return TOO_MUCH;
      if (!isFailure(error, 'command.missing')) throw error;
      const message = `compression ${this.name} needs the program "${program}" (Debian package ${debianPackage})`;
      throw new Failure('codec.program-missing', message, { program, debianPackage }, error);
    }
  }
}

/** The program printed more than it was to, and was stopped. */
const TOO_MUCH = Symbol('too much');

function reasonIn({ exit, stderr }: CommandResult): string {
  return stderr.trim() || (exit.signal ? `ended by ${exit.signal}` : `exit code ${exit.code}`);
}
