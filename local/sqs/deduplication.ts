import type { Accepted, MessageStore } from './message-store.ts';

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/using-messagededuplicationid-property.html */
const INTERVAL_MS = 5 * 60_000;

/** The messages that a FIFO queue accepted in the last five minutes. Forgets older ones without a scan. */
export class Deduplication {
  readonly #store: MessageStore;
  readonly #queue: string;
  /** Messages of the current interval. `#former` contains those of the previous one. */
  #recent = new Map<string, Accepted>();
  #former = new Map<string, Accepted>();
  /** Epoch ms at which the current interval began. */
  #begun = 0;

  /** @param queue Name of the queue. */
  constructor(store: MessageStore, queue: string) {
    this.#store = store;
    this.#queue = queue;
  }

  /** Returns the message that was accepted with this key less than five minutes before `now`. */
  find(key: string, now: number): Accepted | undefined {
    const accepted = this.#recent.get(key) ?? this.#former.get(key);
    return accepted && now - accepted.at < INTERVAL_MS ? accepted : undefined;
  }

  add(key: string, accepted: Accepted): void {
    this.restore(key, accepted);
    this.#store.accepted.set(`${this.#queue} ${key}`, accepted);
  }

  /** Adds a message of an earlier run. */
  restore(key: string, accepted: Accepted): void {
    if (accepted.at - this.#begun >= INTERVAL_MS) this.#beginInterval(accepted.at);
    this.#recent.set(key, accepted);
  }

  /** Forgets all messages. */
  clear(): void {
    for (const key of [...this.#former.keys(), ...this.#recent.keys()])
      this.#store.accepted.delete(`${this.#queue} ${key}`);
    this.#recent.clear();
    this.#former.clear();
  }

  #beginInterval(now: number): void {
    for (const key of this.#former.keys())
      if (!this.#recent.has(key)) this.#store.accepted.delete(`${this.#queue} ${key}`);
    this.#former = this.#recent;
    this.#recent = new Map();
    this.#begun = now;
  }
}
