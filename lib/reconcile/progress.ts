/** Shows how long work is getting on. */
export interface Progress {
  update(done: number, total?: number): void;
  /** Whatever became of the work. */
  done(): void;
}

/** Begins to show one piece of work. */
export type StartProgress = (label: string) => Progress;
