import type { ReceivedMessage } from './message.ts';

interface Waiter {
  take(): ReceivedMessage[];
  end(messages: ReceivedMessage[]): void;
}

/** The receives that wait for a message of a queue, first come first served. One message ends one wait. */
export class Waiters {
  readonly #waiters = new Set<Waiter>();
  readonly #serve: () => void;
  #isWaking = false;
  #timer: NodeJS.Timeout | undefined;
  /** Epoch ms at which the timer fires. */
  #timerAt = Number.POSITIVE_INFINITY;

  /** @param serve Must update the queue and then call {@link Waiters.serve}. */
  constructor(serve: () => void) {
    this.#serve = serve;
  }

  /**
   * Waits for a message.
   *
   * @param take Called when the queue has messages. If it returns none, the wait continues.
   * @returns The messages taken; none if the time has ended or the signal was aborted
   */
  wait(waitMs: number, take: () => ReceivedMessage[], signal?: AbortSignal): Promise<ReceivedMessage[]> {
    return new Promise((resolve) => {
      const giveUp = () => waiter.end([]);
      const timer = setTimeout(giveUp, waitMs);
      const waiter: Waiter = {
        take,
        end: (messages) => {
          clearTimeout(timer);
          signal?.removeEventListener('abort', giveUp);
          this.#waiters.delete(waiter);
          if (this.#waiters.size === 0) this.#clearTimer();
          resolve(messages);
        },
      };
      signal?.addEventListener('abort', giveUp, { once: true });
      this.#waiters.add(waiter);
    });
  }

  /** Serves the waits in the next turn of the event loop, when a whole batch of messages has arrived. */
  wake(): void {
    if (this.#isWaking || this.#waiters.size === 0) return;
    this.#isWaking = true;
    setImmediate(() => {
      this.#isWaking = false;
      if (this.#waiters.size > 0) this.#serve();
    });
  }

  /** Serves the waits at this epoch ms, when a message becomes visible. */
  expectAt(at: number | undefined): void {
    if (at === undefined || this.#waiters.size === 0 || at >= this.#timerAt) return;
    this.#clearTimer();
    this.#timerAt = at;
    this.#timer = setTimeout(
      () => {
        this.#clearTimer();
        this.#serve();
      },
      Math.max(1, Math.ceil(at - Date.now())),
    );
  }

  /** Gives messages to one wait after the other, as long as the queue has some. */
  serve(hasMessages: () => boolean): void {
    for (const waiter of this.#waiters) {
      if (!hasMessages()) return;
      const messages = waiter.take();
      if (messages.length > 0) waiter.end(messages);
    }
  }

  /** Ends all waits. */
  close(): void {
    for (const waiter of this.#waiters) waiter.end([]);
  }

  #clearTimer(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#timerAt = Number.POSITIVE_INFINITY;
  }
}
