/** Reads bytes of one file, from one place to before another, as a stream; leaving the loop closes it. */
export type ReadBytes = (from: number, to: number) => AsyncIterable<Uint8Array>;
